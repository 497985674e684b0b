"""A job that `up` runs: a Lambda function starts its task and waits for it (`lambdas/job_run.py`).

Why it stands in no network (CKV_AWS_117): it asks the API of ECS alone. Why no reserved concurrency (CKV_AWS_115), dead
letters (CKV_AWS_116), own key (CKV_AWS_173), signing (CKV_AWS_272) or traces (CKV_AWS_50): as in `postgres_functions`.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
from pulumi_aws import iam, lambda_

from infra_kit.component import Scope
from infra_kit.components.job import JobSpec
from infra_kit.durations import seconds
from infra_kit.providers.aws import job_rights, lambdas, log_groups, policies
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.workloads import Workload
from infra_kit.providers.common.waiting import after

MOST_SECONDS = 14 * 60
"""A function lives for 15 minutes (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html); in the
last one it stops what has not ended."""
LIFE_SECONDS = 15 * 60
GONE_SECONDS = 30
"""What Fargate takes to clear a task away that has ended, about."""

CODE = Path(lambdas.__path__[0]) / "job_run.py"


def create(scope: Scope, spec: JobSpec, made: Workload) -> lambda_.Invocation:
    function = _function(scope, made)
    wanted = {
        "cluster": made.ground.cluster.arn,
        "task_definition": made.task.arn,
        "placement": made.ground.placement(scope),
        "container": scope.name,
        "log": made.ground.log.name,
        "seconds": min(seconds(spec.timeout), most_seconds(spec)),
        "stop_seconds": stop_seconds(spec),
        "retries": spec.retries,
    }
    return scope.resource(
        "run",
        lambda_.Invocation,
        function_name=function.name,
        input=dumps(wanted),
        triggers={"task": made.task.arn},
        depends_on=made.needs,
        patience=f"{LIFE_SECONDS + 60}s",
    )


def stop_seconds(spec: JobSpec) -> int:
    """What a try that is stopped may take to end, before the next one begins."""
    return seconds(spec.stop_timeout) + GONE_SECONDS


def most_seconds(spec: JobSpec) -> int:
    """What each try may take."""
    return (MOST_SECONDS - spec.retries * stop_seconds(spec)) // (spec.retries + 1)


def _function(scope: Scope, made: Workload) -> lambda_.Function:
    log = log_groups.group(scope, "runner-log", made.ground.key)
    role = scope.resource("runner-role", iam.Role, assume_role_policy=policies.TRUST_LAMBDA, tags=scope.tags)
    writes = policies.allow(["logs:CreateLogStream", "logs:PutLogEvents"], Text(log.arn, ":*"))
    reads = policies.allow(["logs:GetLogEvents"], Text(made.ground.log.arn, ":log-stream:*"))
    rights = scope.resource(
        "runner-rights",
        iam.RolePolicy,
        role=role.id,
        policy=policies.document([writes, reads, *job_rights.runs(made)]),
    )
    return scope.resource(
        "runner",
        lambda_.Function,
        description=f"Runs {scope.name} and waits for its end",
        runtime="python3.13",
        architectures=["arm64"],
        handler="job_run.handler",
        code=pulumi.AssetArchive({"job_run.py": pulumi.FileAsset(str(CODE))}),
        role=after(role.arn, rights),
        timeout=LIFE_SECONDS,
        memory_size=256,
        logging_config={"log_format": "JSON", "log_group": log.name},
        tags=scope.tags,
    )

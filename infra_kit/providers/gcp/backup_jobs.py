"""The Cloud Run job beside a Backup and beside a RestoreDrill, which runs a program of ours (`programs`): Google takes
copies of each kind on its own ways, waits for none of them, and knows no age.

How old the last one is, the job says once an hour in its log, which a log-based metric reads
(https://cloud.google.com/logging/docs/logs-based-metrics). It asks Google's APIs alone, so it stands in no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
from pulumi_gcp import cloudrunv2, logging, projects, serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.gcp import programs, scheduled_runs
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import project, region

IMAGE = "docker.io/library/python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b"
"""Pinned by the digest that its registry published for the tag, as it was read where ten public projects pin it."""
SIZE = {"cpu": "1", "memory": "512Mi"}
TIMEOUT = "43200s"
"""12 hours: for the largest of databases to be exported."""
HOURLY = "30 * * * *"
AGE = ("age",)
BUCKETS = {"exponential_buckets": {"num_finite_buckets": 64, "growth_factor": 2, "scale": 0.01}}
"""A log-based metric of values has to have some; nobody reads them."""
SUFFIX_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What runs a program, and who starts it."""

    job: cloudrunv2.Job
    starter: pulumi.Output[str]
    log: pulumi.Output[str]
    """A query that finds its lines."""


def create(
    scope: Scope,
    program: str,
    account: serviceaccount.Account,
    environment: Mapping[str, pulumi.Input[str]],
    needs: Sequence[pulumi.Resource],
) -> Runs:
    """The child `job`, and who may start it.

    Args:
        scope: the component's.
        program: one of `programs`.
        account: what it runs as.
        environment: its variables.
        needs: what must stand before it runs.
    """
    job = scope.resource(
        "job",
        cloudrunv2.Job,
        depends_on=[api(scope, "run"), *needs],
        location=region(scope),
        labels=labels(scope),
        # The provider's own protection is on unless it is said to be off.
        deletion_protection=False,
        template={
            "task_count": 1,
            "template": {
                "containers": [_container(program, environment)],
                "service_account": account.email,
                "timeout": TIMEOUT,
                "max_retries": 0,
            },
        },
    )
    log = pulumi.Output.format('resource.type="cloud_run_job" AND resource.labels.job_name="{0}"', job.name)
    return Runs(job=job, starter=scheduled_runs.starter(scope, job, scheduled_runs.WITH_ARGUMENTS), log=log)


def _container(program: str, environment: Mapping[str, pulumi.Input[str]]) -> dict[str, Any]:
    return {
        "image": IMAGE,
        "commands": ["python3", "-c", programs.text(program)],
        "args": list(AGE),
        "envs": [{"name": name, "value": value} for name, value in environment.items()],
        "resources": {"limits": SIZE},
    }


def schedule(scope: Scope, runs: Runs, role: str, when: str, arguments: Sequence[str]) -> None:
    scheduled_runs.schedule(scope, role, when, runs.job, runs.starter, arguments=arguments)


def age(scope: Scope, runs: Runs, field: str, unit: str) -> pulumi.Output[str]:
    """The name of a metric of what the program says hourly under `field`."""
    schedule(scope, runs, "hourly", HOURLY, AGE)
    return scope.resource(
        "age",
        logging.Metric,
        depends_on=[api(scope, "logs")],
        filter=pulumi.Output.concat(runs.log, f" AND jsonPayload.{field}>=0"),
        description=f"How old the last good one of {scope.name} is",
        value_extractor=f"EXTRACT(jsonPayload.{field})",
        metric_descriptor={"metric_kind": "DELTA", "value_type": "DISTRIBUTION", "unit": unit},
        bucket_options=BUCKETS,
    ).name


def rights(
    scope: Scope,
    role: str,
    account: serviceaccount.Account,
    permissions: Sequence[str],
    condition: Mapping[str, Any] | None = None,
) -> list[pulumi.Resource]:
    """Of the whole project, which is where Cloud SQL, Memorystore and Storage Transfer know rights: the children
    `role`, `<role>-id` and `<role>-may`, none where nothing is to be permitted."""
    if not permissions:
        return []
    # An id of a role that is deleted is not free again for weeks, so it is one by chance.
    prefix = f"infra_kit_{scope.parent.KIND}_"
    made = scope.resource(f"{role}-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix=prefix)
    it = scope.resource(
        role,
        projects.IAMCustomRole,
        depends_on=[api(scope, "iam")],
        role_id=made.hex,
        title=f"{scope.target.app} {scope.name} {role}"[:100],
        permissions=sorted(permissions),
    )
    there = project(scope)
    may = scope.resource(
        f"{role}-may", projects.IAMMember, project=there, role=it.name, member=account.member, condition=condition
    )
    return [may]

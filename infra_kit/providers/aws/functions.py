"""Small functions of Lambda that a component needs: one file of `lambdas`, a log, a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_

from infra_kit.component import Scope
from infra_kit.providers.aws import lambdas, policies
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.common.waiting import after


def create(
    scope: Scope,
    role: str,
    module: str,
    *,
    says: str,
    log: cloudwatch.LogGroup,
    timeout: int,
    rights: Sequence[Statement] = (),
    environment: Mapping[str, pulumi.Input[str]] | None = None,
) -> lambda_.Function:
    """The children `role`, `<role>-role` and `<role>-rights`.

    Args:
        scope, role: the component's, and the function's name in it, e.g. `teller`.
        module: its file in `lambdas`, without the ending.
        says, timeout: its description, and seconds.
        log: where it writes.
        rights: what it may do beside that.
        environment: its variables.
    """
    made = scope.resource(f"{role}-role", iam.Role, assume_role_policy=policies.TRUST_LAMBDA, tags=scope.tags)
    writes = policies.allow(["logs:CreateLogStream", "logs:PutLogEvents"], Text(log.arn, ":*"))
    document = policies.document([writes, *rights])
    may = scope.resource(f"{role}-rights", iam.RolePolicy, role=made.id, policy=document)
    return scope.resource(
        role,
        lambda_.Function,
        description=says,
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{module}.handler",
        code=_code(module),
        role=after(made.arn, may),
        timeout=timeout,
        memory_size=128,
        environment={"variables": dict(environment)} if environment else None,
        logging_config={"log_format": "JSON", "log_group": log.name},
        tags=scope.tags,
    )


def _code(module: str) -> pulumi.AssetArchive:
    file = f"{module}.py"
    return pulumi.AssetArchive({file: pulumi.FileAsset(str(Path(lambdas.__path__[0]) / file))})

"""Lambda functions that speak to a PostgreSQL server of RDS from inside of its network.

- They need no way out of the network, which `nat="none"` has not: what they sign in with comes with the call.
- They prove a server by RDS's own authorities, which Pulumi packs beside them.
- Why no reserved concurrency (CKV_AWS_115): it takes from the account's, and a new account has none to spare
  (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html).
- Why no dead letter queue (CKV_AWS_116): who calls one waits for its answer.
- Why no key of its own for its environment (CKV_AWS_173): it has none. Why no code signing (CKV_AWS_272): whoever may
  run `up` may sign too. Why no traces (CKV_AWS_50): it calls nothing but the server, and its log says what it did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, lambdas, log_groups, policies
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import scram

AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html."""

DRIVER = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six")
"""The distributions that a function imports: pure Python all of them, so they run on any processor. The extra `aws`
pins each, for with another release of one the archive, and so every plan, would be another on the next machine."""
ASK_THEIR_VERSION = frozenset({"pg8000", "scramp"})
"""Of these, what reads the version in its own METADATA."""

MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class Inside:
    """Where a function stands."""

    network: AwsNetwork
    group: pulumi.Output[str]
    """A security group that the server lets in."""
    key: pulumi.Output[str] | None
    """What encrypts its log; None for the service's own."""


def create(
    scope: Scope,
    prefix: str,
    module: str,
    does: str,
    inside: Inside,
    *,
    files: Mapping[str, pulumi.Asset] | None = None,
) -> lambda_.Function:
    """The child `prefix`, and what it needs.

    Args:
        scope: the component's.
        prefix: its role among the component's children.
        module: its file in `lambdas`, without the ending.
        does: its description, before the component's name.
        inside: where it stands.
        files: what is packed beside it.
    """
    log = log_groups.group(scope, f"{prefix}-log", inside.key)
    role, rights = _role(scope, prefix, does, log)
    return scope.resource(
        prefix,
        lambda_.Function,
        description=f"{does} {scope.name}",
        runtime="python3.13",
        architectures=["arm64"],
        handler=f"{module}.handler",
        code=code(module, files),
        role=role.arn,
        timeout=60 * MINUTES,
        memory_size=256,
        vpc_config={"subnet_ids": inside.network.data(scope), "security_group_ids": [inside.group]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        depends_on=rights,
        tags=scope.tags,
    )


def _role(scope: Scope, prefix: str, does: str, log: cloudwatch.LogGroup) -> tuple[iam.Role, list[pulumi.Resource]]:
    """It may write its log, and Lambda may stand it in the network
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions)."""
    role = scope.resource(
        f"{prefix}-role",
        iam.Role,
        assume_role_policy=policies.TRUST_LAMBDA,
        description=f"{does} {scope.name}",
        tags=scope.tags,
    )
    # The managed policy, for AWS changes what a function in a network needs.
    stands = scope.resource(
        f"{prefix}-network-rights",
        iam.RolePolicyAttachment,
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
        ),
    )
    writes = scope.resource(f"{prefix}-log-rights", iam.RolePolicy, role=role.id, policy=log.arn.apply(_writes))
    return role, [stands, writes]


def _writes(log: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def code(module: str, files: Mapping[str, pulumi.Asset] | None = None) -> pulumi.AssetArchive:
    """The function and what it imports, file by file: the same archive on every machine."""
    own, scrams = Path(lambdas.__path__[0]) / f"{module}.py", Path(scram.__file__)
    return pulumi.AssetArchive(
        {
            **_driver(),
            f"{module}.py": pulumi.FileAsset(str(own)),
            f"{scram.__name__.replace('.', '/')}.py": pulumi.FileAsset(str(scrams)),
            "authorities.pem": pulumi.RemoteAsset(AUTHORITIES),
            **(files or {}),
        }
    )


@cache
def _driver() -> Mapping[str, Any]:
    return {path: pulumi.FileAsset(str(where)) for name in DRIVER for path, where in _files(name)}


def _files(name: str) -> Iterator[tuple[str, Path]]:
    for file in distribution(name).files or ():
        if file.suffix == ".py" or (file.name == "METADATA" and name in ASK_THEIR_VERSION):
            yield file.as_posix(), Path(str(file.locate()))

"""What RDS has no API for: the role that owns the databases, the databases, their extensions.

A Lambda function makes them from inside of the network (`lambdas/postgres_setup.py`), whenever what it is told changes.

- It needs no way out of the network, which `nat="none"` has not: the master password comes with the call, whose input
  is a secret of Pulumi's state. Where RDS keeps and rotates that password (weekly), the next `up` therefore calls it
  again, to no effect.
- It proves the server by RDS's own authorities, which Pulumi packs beside it, and answers with those of its region.
- Why no reserved concurrency (CKV_AWS_115): it takes from the account's, and a new account has none to spare
  (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Two runs take turns by a lock instead.
- Why no dead letter queue (CKV_AWS_116): nothing calls it but `up`, which fails with its words.
- Why no key of its own for its environment (CKV_AWS_173): it has none. Why no code signing (CKV_AWS_272): whoever may
  run `up` may sign too. Why no traces (CKV_AWS_50): it calls nothing but the server, and its log says what it did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_, rds, vpc

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import identity, lambdas, log_groups, policies, security
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import scram
from infra_kit.providers.common.postgres_roles import OWNER

AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html."""

DRIVER = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six")
"""The distributions that the function imports: pure Python all of them, so they run on any processor. The extra `aws`
pins each, for with another release of one the archive, and so every plan, would be another on the next machine."""
ASK_THEIR_VERSION = frozenset({"pg8000", "scramp"})
"""Of these, what reads the version in its own METADATA."""

MINUTES = 5


def run(
    scope: Scope,
    spec: PostgresSpec,
    server: rds.Instance,
    *,
    network: AwsNetwork,
    client_group: pulumi.Output[str],
    after: Sequence[pulumi.Resource],
    key: pulumi.Output[str] | None,
    master: pulumi.Output[str],
    password: pulumi.Output[str],
    links: pulumi.Output[list[dict[str, pulumi.Input[str]]]],
) -> lambda_.Invocation:
    """Has the server set up, through `client_group` once what it needs stands (`after`), as its user `master`. What
    needs the role or the databases waits for the result."""
    function = _function(scope, network, client_group, key)
    wanted = dumps(
        {
            "host": server.address,
            "port": server.port,
            "master": master,
            "role": OWNER,
            "password": password,
            "databases": list(spec.databases),
            "extensions": list(spec.extensions),
            "links": links,
        }
    )
    return scope.resource(
        "setup-run",
        lambda_.Invocation,
        function_name=function.name,
        input=pulumi.Output.secret(wanted),
        triggers={"code": function.code_sha256},
        depends_on=after,
    )


def client_group(
    scope: Scope, network: AwsNetwork, port: int
) -> tuple[pulumi.Output[str], vpc.SecurityGroupEgressRule]:
    """The group of what speaks to the server and lets nobody in: the function and the pooler. Its one rule beside."""
    what = security.about(scope)
    group = security.group(scope, network, "client-security-group", "Uses")
    rule = scope.resource(
        "client-egress",
        vpc.SecurityGroupEgressRule,
        security_group_id=group.id,
        description=f"To {what}",
        cidr_ipv4=network.cidr,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        tags=scope.tags,
    )
    return group.id, rule


def certificate(done: lambda_.Invocation) -> pulumi.Output[str | None]:
    """The authorities that the function answered with: a JSON string, in which line ends alone are escaped."""
    return done.result.apply(lambda text: text.strip('"').replace("\\n", "\n") or None)


def _function(
    scope: Scope, network: AwsNetwork, group: pulumi.Output[str], key: pulumi.Output[str] | None
) -> lambda_.Function:
    log = log_groups.group(scope, "setup-log", key)
    role, rights = _role(scope, log)
    return scope.resource(
        "setup",
        lambda_.Function,
        description=f"Makes the role, databases and extensions of Postgres {scope.name}",
        runtime="python3.13",
        architectures=["arm64"],
        handler="postgres_setup.handler",
        code=code(),
        role=role.arn,
        timeout=60 * MINUTES,
        memory_size=256,
        vpc_config={"subnet_ids": network.data(scope), "security_group_ids": [group]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        depends_on=rights,
        tags=scope.tags,
    )


def _role(scope: Scope, log: cloudwatch.LogGroup) -> tuple[iam.Role, list[pulumi.Resource]]:
    """It may write its log, and Lambda may stand it in the network
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions)."""
    role = scope.resource(
        "setup-role",
        iam.Role,
        assume_role_policy=policies.TRUST_LAMBDA,
        description=f"Sets up Postgres {scope.name}",
        tags=scope.tags,
    )
    # The managed policy, for AWS changes what a function in a network needs.
    stands = scope.resource(
        "setup-network-rights",
        iam.RolePolicyAttachment,
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
        ),
    )
    writes = scope.resource("setup-log-rights", iam.RolePolicy, role=role.id, policy=log.arn.apply(_writes))
    return role, [stands, writes]


def _writes(log: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@cache
def code() -> pulumi.AssetArchive:
    """The function and what it imports, file by file: the same archive on every machine."""
    own, scrams = Path(lambdas.__path__[0]) / "postgres_setup.py", Path(scram.__file__)
    files: dict[str, Any] = {path: pulumi.FileAsset(str(where)) for name in DRIVER for path, where in _files(name)}
    return pulumi.AssetArchive(
        {
            **files,
            "postgres_setup.py": pulumi.FileAsset(str(own)),
            f"{scram.__name__.replace('.', '/')}.py": pulumi.FileAsset(str(scrams)),
            "authorities.pem": pulumi.RemoteAsset(AUTHORITIES),
        }
    )


def _files(name: str) -> Iterator[tuple[str, Path]]:
    for file in distribution(name).files or ():
        if file.suffix == ".py" or (file.name == "METADATA" and name in ASK_THEIR_VERSION):
            yield file.as_posix(), Path(str(file.locate()))

"""What RDS has no API for: the role that owns the databases, the databases, their extensions.

A Lambda function makes them from inside of the network (`postgres_functions`, `lambdas/postgres_setup.py`), whenever
what it is told changes.

- The master password comes with the call, whose input is a secret of Pulumi's state. Where RDS keeps and rotates that
  password (weekly), the next `up` therefore calls it again, to no effect.
- It answers with the authorities of its region. Two runs take turns by a lock.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import lambda_, rds, vpc

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import postgres_functions, security
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.postgres_functions import Inside
from infra_kit.providers.common.postgres_roles import OWNER


def run(
    scope: Scope,
    spec: PostgresSpec,
    server: rds.Instance,
    *,
    inside: Inside,
    after: Sequence[pulumi.Resource],
    master: pulumi.Output[str],
    password: pulumi.Output[str],
    links: pulumi.Output[list[dict[str, pulumi.Input[str]]]],
) -> lambda_.Invocation:
    """Has the server set up, from `inside` once what it needs stands (`after`), as its user `master`. What needs the
    role or the databases waits for the result."""
    does = "Makes the role, databases and extensions of Postgres"
    function = postgres_functions.create(scope, "setup", "postgres_setup", does, inside)
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

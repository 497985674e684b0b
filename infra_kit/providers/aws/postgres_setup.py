"""What RDS has no API for: the role that owns the databases, the databases, their extensions.

A function makes them (`setup_function`, `lambdas/postgres_setup.py`), whenever what it is told changes. Where RDS keeps
and rotates the master's password (weekly), the next `up` therefore calls it again, to no effect. Two runs take turns by
a lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pulumi
from pulumi_aws import lambda_, rds

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import setup_function
from infra_kit.providers.aws.documents import dumps
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.common import scram
from infra_kit.providers.common.postgres_roles import OWNER

DRIVER = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six")
ASK_THEIR_VERSION = frozenset({"pg8000", "scramp"})
"""Of these, what reads the version in its own METADATA."""


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
    return setup_function.run(
        scope,
        "postgres_setup",
        "Makes the role, databases and extensions of",
        code(),
        network=network,
        client_group=client_group,
        key=key,
        wanted=wanted,
        after=after,
    )


@cache
def code() -> pulumi.AssetArchive:
    """The function and what it imports."""
    return setup_function.code("postgres_setup", DRIVER, [scram], with_metadata=ASK_THEIR_VERSION)

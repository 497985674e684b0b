"""What RDS has no API for: the role that owns the databases, the databases, their extensions.

A Lambda function makes them from inside of the network (`lambdas/postgres_setup.py`), whenever what it is told changes.

- It needs no way out of the network, which `nat="none"` has not: the master password comes with the call, whose input
  is a secret of Pulumi's state. Where RDS keeps and rotates that password (weekly), the next `up` therefore calls it
  again, to no effect.
- It proves the server by RDS's own authorities, which Pulumi packs beside it, and answers with those of its region.
- Two runs take turns by a lock. What it has, and has not, is said where functions like it are made
  (`setup_functions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import lambda_, rds

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.aws import lambdas, setup_functions
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


def certificate(done: lambda_.Invocation) -> pulumi.Output[str | None]:
    """The authorities that the function answered with: a JSON string, in which line ends alone are escaped."""
    return done.result.apply(lambda text: text.strip('"').replace("\\n", "\n") or None)


def _function(
    scope: Scope, network: AwsNetwork, group: pulumi.Output[str], key: pulumi.Output[str] | None
) -> lambda_.Function:
    makes = "the role, databases and extensions"
    return setup_functions.function(
        scope, "postgres_setup", code(), network=network, client_group=group, key=key, makes=makes
    )


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

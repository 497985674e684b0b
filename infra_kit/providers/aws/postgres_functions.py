"""Lambda functions that speak to a PostgreSQL server of RDS from inside of its network.

They prove a server by RDS's own authorities, which Pulumi packs beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import lambda_

from infra_kit.component import Scope
from infra_kit.providers.aws import lambdas, network_functions
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import scram

AUTHORITIES = "https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html."""

DRIVER = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six")
"""The distributions that a function imports: pure Python all of them, so they run on any processor. The extra `aws`
pins each, for with another release of one the archive, and so every plan, would be another on the next machine."""
ASK_THEIR_VERSION = frozenset({"pg8000", "scramp"})
"""Of these, what reads the version in its own METADATA."""


def create(
    scope: Scope,
    prefix: str,
    module: str,
    does: str,
    inside: Inside,
    *,
    files: Mapping[str, pulumi.Asset] | None = None,
) -> lambda_.Function:
    """As `network_functions.create`; `files` are what is packed beside it."""
    return network_functions.create(scope, prefix, module, does, inside, code=code(module, files))


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

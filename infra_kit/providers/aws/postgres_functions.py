"""Lambda functions that speak to a PostgreSQL server of RDS from inside of its network: see `network_functions`."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import lambda_

from infra_kit.component import Scope
from infra_kit.providers.aws import network_functions
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.common import scram

DRIVER = ("pg8000", "scramp", "asn1crypto", "python-dateutil", "six")
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
    """The child `prefix`, and what it needs: see `network_functions.create`. `files` is what is packed beside it."""
    return network_functions.create(scope, prefix, module, does, inside, code=code(module, files))


def code(module: str, files: Mapping[str, pulumi.Asset] | None = None) -> pulumi.AssetArchive:
    """The function and what it imports."""
    return network_functions.archive(module, DRIVER, [scram], with_metadata=ASK_THEIR_VERSION, files=files)

"""Where servers of data stand that AWS wants in two zones, also those of one instance."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.aws.network import AwsNetwork

LEAST_ZONES = 2
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html, of DocumentDB
https://docs.aws.amazon.com/documentdb/latest/developerguide/document-db-subnet-groups.html."""


def in_two_zones(scope: Scope, network: AwsNetwork, service: str) -> Sequence[pulumi.Output[str]]:
    """The subnets of data. Raises `SpecError` where the network has too few zones, whatever is asked of it."""
    ids = network.data(scope)
    if len(ids) < LEAST_ZONES:
        raise SpecError(
            f"{scope.what}: network: given one of {len(ids)} zone; {service} wants subnets in {LEAST_ZONES}, also for "
            f"a server in one. Give it a Network(zones={LEAST_ZONES})."
        )
    return ids

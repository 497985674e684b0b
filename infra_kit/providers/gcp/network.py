"""Network on Google Cloud: under way."""

from __future__ import annotations

import dataclasses

import pulumi


@dataclasses.dataclass(frozen=True)
class GcpNetwork:
    """The handles of a network, for the other drivers of this target."""

    network: pulumi.Output[str]
    """The self link of the VPC."""
    subnetwork: pulumi.Output[str]
    region: pulumi.Output[str]
    services: pulumi.Resource | None
    """The private services connection, to depend on; None where the network stood already."""

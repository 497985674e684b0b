"""Network on AWS: see below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import ExistingNetwork, NetworkEndpoint, NetworkSpec, Tier
from infra_kit.errors import SpecError
from infra_kit.features import Feature


@dataclass(frozen=True, kw_only=True)
class AwsNetwork:
    """What drivers of this target need of a network."""

    vpc_id: pulumi.Output[str]
    cidr: pulumi.Output[str]
    subnets: Mapping[Tier, Mapping[str, pulumi.Output[str]]]
    """Their ids, by tier and by zone."""

    def ids(self, scope: Scope, tier: Tier) -> list[pulumi.Output[str]]:
        """The subnets of a tier, for the component of `scope`. Raises `SpecError` where the network has none."""
        there = self.subnets.get(tier)
        if not there:
            raise SpecError(
                f"{type(scope.parent).__name__} {scope.name!r}: network: the Network given has no {tier} subnets. "
                f"Name them in Network.existing(subnets={{{tier!r}: {{'a': 'subnet-…', …}}}})."
            )
        return list(there.values())

    def data(self, scope: Scope) -> list[pulumi.Output[str]]:
        """The subnets where databases and caches stand: isolated, or private where a network has no isolated ones."""
        return self.ids(scope, "isolated" if self.subnets.get("isolated") else "private")

"""Rules of a network's firewall: where what has a tag may open connections to."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Destination
from infra_kit.providers.gcp.network import GcpNetwork

DENY, ALLOW = 60_000, 1_000
"""Priorities: the lower one holds."""


def rule(scope: Scope, role: str, tag: pulumi.Input[str], direction: str = "EGRESS", **more: Any) -> compute.Firewall:
    """Makes a rule for what has the tag in the component's network."""
    network = scope.native(scope.network, GcpNetwork)
    return scope.resource(
        role,
        compute.Firewall,
        depends_on=[api(scope, "compute")],
        network=network.network,
        direction=direction,
        target_tags=[tag],
        log_config={"metadata": "INCLUDE_ALL_METADATA"} if scope.defaults.monitoring else None,
        **more,
    )


def reaches(scope: Scope, role: str, tag: pulumi.Input[str], destination: Destination) -> compute.Firewall:
    """Makes the rule that lets what has the tag reach a store."""
    return rule(
        scope,
        role,
        tag,
        priority=ALLOW,
        destination_ranges=destination.ranges,
        allows=[{"protocol": "tcp", "ports": destination.ports}],
    )


def keeps_out(scope: Scope, role: str, tag: pulumi.Input[str]) -> compute.Firewall:
    """Makes the rule that lets what has the tag reach nothing in the network, but what others allow."""
    whole, nothing = [scope.network.cidr], [{"protocol": "all"}]
    return rule(scope, role, tag, priority=DENY, destination_ranges=whole, denies=nothing)

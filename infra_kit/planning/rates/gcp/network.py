"""Networks, addresses and ways out: https://cloud.google.com/vpc/network-pricing, https://cloud.google.com/nat/pricing."""

from __future__ import annotations

from collections.abc import Iterator

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp import cloud_run
from infra_kit.planning.rates.gcp.common import is_told_of
from infra_kit.testing.recording import Resource

INSTANCE = "gcp:compute/instance:Instance"
FIRST_RULES = 5
"""That one price is paid for."""


def nat(asked: Asked) -> Iterator[Line]:
    """By the hour and each that sends through it, as many as 32 at most: what the stack has at least."""
    number = max(1.0, sum(_senders(it) for it in asked.planned.resources))
    yield Line(f"NAT for {number:g} instances", "nat/vm", number * asked.usage.hours)
    addresses = len(asked.inputs.get("natIps") or []) or 1
    yield Line(f"{addresses} addresses of the NAT", "nat/address", addresses * asked.usage.hours)
    yield Line("GB through the NAT", "nat/data", asked.usage.gb_nat, assumed=True)
    yield Line("of it, GB out to the internet", "network/egress", asked.usage.gb_nat, assumed=True)


def _senders(it: Resource) -> float:
    if it.type in (cloud_run.SERVICE, cloud_run.POOL):
        return cloud_run.least_instances(it.type, it.inputs)
    return 1 if it.type == INSTANCE else 0


def address(asked: Asked) -> Iterator[Line]:
    """In use by a rule or a NAT it costs nothing of its own; on a machine the machine has it on its bill."""
    if asked.inputs.get("addressType", "EXTERNAL") == "EXTERNAL" and not _is_used(asked):
        yield Line("an address that nothing uses", "ip/unused", asked.usage.hours)


def _is_used(asked: Asked) -> bool:
    return any(it is not asked.resource and is_told_of(asked.resource, it.inputs) for it in asked.planned.resources)


def global_rule(asked: Asked) -> Iterator[Line]:
    return _rule(asked, "lb/global-rule")


def regional_rule(asked: Asked) -> Iterator[Line]:
    return _rule(asked, "lb/rule")


def _rule(asked: Asked, sku: str) -> Iterator[Line]:
    """The first five together have one price, each further one has its own."""
    there = [it.urn for it in asked.planned.resources if it.type == asked.resource.type]
    place = there.index(asked.resource.urn)
    if place == 0:
        yield Line(f"load balancing, up to {FIRST_RULES} rules", f"{sku}s", asked.usage.hours)
    elif place >= FIRST_RULES:
        yield Line("a further rule", sku, asked.usage.hours)


def subnetwork(asked: Asked) -> Iterator[Line]:
    if asked.inputs.get("logConfig"):
        yield Line("GB of flow logs", "logging/vended", asked.usage.log_gb, assumed=True)


def tunnel(asked: Asked) -> Iterator[Line]:
    yield Line("VPN tunnel", "vpn/tunnel", asked.usage.hours)


RATES: dict[str, Rate] = {
    "gcp:compute/routerNat:RouterNat": nat,
    "gcp:compute/globalAddress:GlobalAddress": address,
    "gcp:compute/address:Address": address,
    "gcp:compute/globalForwardingRule:GlobalForwardingRule": global_rule,
    "gcp:compute/forwardingRule:ForwardingRule": regional_rule,
    "gcp:compute/subnetwork:Subnetwork": subnetwork,
    "gcp:compute/vPNTunnel:VPNTunnel": tunnel,
}

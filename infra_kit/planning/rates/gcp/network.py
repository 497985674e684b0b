"""Networks, addresses and ways out: https://cloud.google.com/vpc/network-pricing, https://cloud.google.com/nat/pricing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.counts import counted
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp import cloud_run
from infra_kit.planning.rates.reading import many, of_type, used_by
from infra_kit.recording import Resource

INSTANCE = "gcp:compute/instance:Instance"
SENDERS = (cloud_run.SERVICE, cloud_run.POOL, INSTANCE)
GLOBAL_RULE = "gcp:compute/globalForwardingRule:GlobalForwardingRule"
REGIONAL_RULE = "gcp:compute/forwardingRule:ForwardingRule"
NAT = "gcp:compute/routerNat:RouterNat"
USERS = (GLOBAL_RULE, REGIONAL_RULE, NAT, INSTANCE, "gcp:servicenetworking/connection:Connection")
"""Of addresses."""
FIRST_RULES = 5
"""That one price is paid for."""


def nat(asked: Asked) -> Iterator[Line]:
    """By the hour and each that sends through it, as many as 32 at most: what the stack has at least."""
    count = max(1.0, sum(_senders(it) for it in of_type(asked, *SENDERS)))
    yield Line(f"NAT for {counted(count, 'instance')}", "nat/vm", count * asked.usage.hours)
    addresses = many(asked.inputs.get("natIps")) or 1
    yield Line(f"{counted(addresses, 'address', 'addresses')} of the NAT", "nat/address", addresses * asked.usage.hours)
    yield Line("GB through the NAT", "nat/data", asked.usage.gb_nat, assumed=True)
    yield Line("of it, GB out to the internet", "network/egress", asked.usage.gb_nat, assumed=True)


def _senders(it: Resource) -> float:
    return 1 if it.type == INSTANCE else cloud_run.least_instances(it.type, it.inputs)


def address(asked: Asked) -> Iterator[Line]:
    """In use by a rule or a NAT it costs nothing of its own; on a machine the machine has it on its bill."""
    if asked.inputs.get("addressType", "EXTERNAL") == "EXTERNAL" and not used_by(asked, *USERS):
        yield Line("an address that nothing uses", "ip/unused", asked.usage.hours)


def global_rule(asked: Asked) -> Iterator[Line]:
    return _rule(asked, "lb/global-rule")


def regional_rule(asked: Asked) -> Iterator[Line]:
    return _rule(asked, "lb/rule")


def _rule(asked: Asked, sku: str) -> Iterator[Line]:
    """The first five together have one price, each further one has its own."""
    place = of_type(asked, asked.resource.type).index(asked.resource)
    if place == 0:
        yield Line(f"load balancing, up to {FIRST_RULES} rules", f"{sku}s", asked.usage.hours)
    elif place >= FIRST_RULES:
        yield Line("a further rule", sku, asked.usage.hours)


def subnetwork(asked: Asked) -> Iterator[Line]:
    if asked.inputs.get("logConfig"):
        yield Line("GB of flow logs", "logging/vended", asked.usage.log_gb, assumed=True)


def tunnel(asked: Asked) -> Iterator[Line]:
    yield Line("VPN tunnel", "vpn/tunnel", asked.usage.hours)


RATES: Mapping[str, Rate] = {
    NAT: nat,
    "gcp:compute/globalAddress:GlobalAddress": address,
    "gcp:compute/address:Address": address,
    GLOBAL_RULE: global_rule,
    REGIONAL_RULE: regional_rule,
    "gcp:compute/subnetwork:Subnetwork": subnetwork,
    "gcp:compute/vPNTunnel:VPNTunnel": tunnel,
}

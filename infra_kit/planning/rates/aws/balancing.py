"""Load balancers (https://aws.amazon.com/elasticloadbalancing/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.counts import counted
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import internet, is_origin
from infra_kit.planning.rates.reading import many
from infra_kit.planning.usage import HOURS_A_MONTH

CONNECTIONS = 25 * 3600
"""New ones that an hour of a capacity unit holds. Each request counts as one, which is the most they can be."""
GB = 1
"""That goes through it in an hour of a capacity unit."""
LEAST_ZONES = 2
"""That one stands in, where its subnets cannot be seen: an ALB has two or more."""
UNITS = {"application": "alb", "network": "nlb", "gateway": "gwlb"}


def balancer(asked: Asked) -> Iterator[Line]:
    """Hours; capacity units by what needs the most of them; an address in each zone and what leaves, where public."""
    given, used = str(asked.inputs.get("loadBalancerType") or "application"), asked.usage
    kind = UNITS.get(given, given)
    yield Line("a load balancer", f"{kind}/hour", HOURS_A_MONTH)
    units = max(used.requests / CONNECTIONS, used.gb_out / GB)
    yield Line("its capacity units", f"{kind}/capacity", units, assumed=True)
    if asked.inputs.get("internal"):
        return
    zones = many(asked.inputs.get("subnets")) or many(asked.inputs.get("subnetMappings"))
    addresses = zones or LEAST_ZONES
    yield Line(
        counted(addresses, "public address", "public addresses"), "ipv4", addresses * HOURS_A_MONTH, assumed=not zones
    )
    if not is_origin(asked):
        yield from internet(used.gb_out)


RATES: Mapping[str, Rate] = {
    "aws:lb/loadBalancer:LoadBalancer": balancer,
    "aws:alb/loadBalancer:LoadBalancer": balancer,
}

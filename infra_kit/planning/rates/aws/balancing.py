"""Load balancers (https://aws.amazon.com/elasticloadbalancing/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws._reading import internet, is_origin
from infra_kit.planning.usage import HOURS

CONNECTIONS = 25 * 3600
"""New ones that an hour of a capacity unit holds. Each request counts as one, which is the most they can be."""
GB = 1
"""That goes through it in an hour of a capacity unit."""
UNITS = {"application": "alb", "network": "nlb", "gateway": "gwlb"}


def balancer(asked: Asked) -> Iterator[Line]:
    """Hours; capacity units by what needs the most of them; an address in each zone and what leaves, where public."""
    kind, used = UNITS[str(asked.inputs.get("loadBalancerType") or "application")], asked.usage
    yield Line("a load balancer", f"{kind}/hour", HOURS)
    units = max(used.requests / CONNECTIONS, used.gb_out / GB)
    yield Line("its capacity units", f"{kind}/capacity", units, assumed=True)
    if asked.inputs.get("internal"):
        return
    zones = max(1, len(asked.inputs.get("subnets") or asked.inputs.get("subnetMappings") or []))
    yield Line(f"{zones} public addresses", "ipv4", zones * HOURS)
    if not is_origin(asked):
        yield from internet(used.gb_out)


RATES: Mapping[str, Rate] = {
    "aws:lb/loadBalancer:LoadBalancer": balancer,
    "aws:alb/loadBalancer:LoadBalancer": balancer,
}

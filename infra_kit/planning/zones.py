"""Where in a network each component stands, read from the resources that it would be made of.

A subnet's tier is what its routes make of it: `public` has a way to and from the internet, `private` only a way out,
`isolated` neither. On Google Cloud a subnetwork is private where Cloud NAT serves it, and databases and caches stand in
Google's own network, `peered` with it. What is in no subnet (a bucket, a CDN, a balancer of Google's) has no zone; nor
has what stands in a network that was there already, whose routes are not the program's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource

TIERS = ("public", "private", "isolated", "peered")
"""From the outside to the inside."""
_SUBNET, _SUBNETWORK = "aws:ec2/subnet:Subnet", "gcp:compute/subnetwork:Subnetwork"
_ASSOCIATION, _ROUTE = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/route:Route"
_NAT, _NETWORK = "gcp:compute/routerNat:RouterNat", "gcp:compute/network:Network"
_PEERED = {
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:redis/instance:Instance",
}
"""They get their addresses by private services access."""


def zones(planned: Planned) -> Mapping[str, str]:
    """By the name of a component, the network and the tiers that its parts are in: `aws-network: private`."""
    tiers = {urn: _tier(planned, urn) for urn in _urns(planned, _SUBNET, _SUBNETWORK)}
    networks = {made.name for made in planned.components if made.type.endswith(":Network")}
    found: dict[str, dict[str, set[str]]] = {}
    for resource in planned.resources:
        component = planned.component_of.get(resource.urn, "")
        if component and component not in networks:
            for network, tier in _places(planned, resource, tiers):
                found.setdefault(component, {}).setdefault(network, set()).add(tier)
    return {component: _named(there) for component, there in found.items()}


def depth(zone: str) -> tuple[int, str]:
    """How far inside of a network a zone is, for an order from the outside; none is outside of all."""
    tiers = [number for number, tier in enumerate(TIERS, 1) if tier in zone.rpartition(": ")[2].split(" and ")]
    return min(tiers, default=0), zone


def _places(planned: Planned, resource: Resource, tiers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    needed = _needed(resource)
    for urn in needed & tiers.keys():
        yield planned.component_of.get(urn, ""), tiers[urn]
    if resource.type in _PEERED:
        for urn in needed & _urns(planned, _NETWORK):
            yield planned.component_of.get(urn, ""), "peered"


def _named(there: Mapping[str, Iterable[str]]) -> str:
    parts = (f"{network}: {' and '.join(sorted(tiers, key=TIERS.index))}" for network, tiers in sorted(there.items()))
    return "; ".join(part.removeprefix(": ") for part in parts)


def _tier(planned: Planned, subnet: str) -> str:
    if planned.by_urn[subnet].type == _SUBNETWORK:
        return "private" if _that_need(planned, _NAT, {subnet}) else "isolated"
    joined = _that_need(planned, _ASSOCIATION, {subnet})
    tables = {urn for each in joined for urn in _of(each, "routeTableId")}
    ways = {key for route in _that_need(planned, _ROUTE, tables) for key in route.inputs}
    return "public" if "gatewayId" in ways else "private" if "natGatewayId" in ways else "isolated"


def _that_need(planned: Planned, type_token: str, urns: set[str]) -> list[Resource]:
    return [each for each in planned.by_type.get(type_token, ()) if _needed(each) & urns]


def _urns(planned: Planned, *types: str) -> set[str]:
    return {each.urn for type_ in types for each in planned.by_type.get(type_, ())}


def _needed(resource: Resource) -> set[str]:
    """The URNs that its inputs come from."""
    return {urn for key in resource.request.propertyDependencies for urn in _of(resource, key)}


def _of(resource: Resource, key: str) -> set[str]:
    return set(resource.request.propertyDependencies[key].urns)

"""Network on AWS: a VPC with a public, a private and an isolated subnet in each zone.

- Subnets are keyed by the letter of their zone, which `infra-kit:aws: {zones: […]}` names in order. A preview asks the
  account whether it has them.
- Public addresses are given to nobody by default: only what asks for one (a load balancer, a NAT gateway) has it.
- The private tier goes out through NAT, the isolated one not at all; both reach S3 and DynamoDB through gateway
  endpoints, which cost nothing (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html).
- NAT is there from the start, also while nothing stands in the private subnets yet; `nat="none"` saves its price. Were
  it made on first need, what a network has, and which roles `overrides` may name, would go by other components and
  their order.
- The default security group is emptied, so that nothing stands in it by accident. The default network ACL stays as AWS
  makes it: security groups say who reaches what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import ec2

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import ExistingNetwork, NetworkEndpoint, NetworkSpec, Tier
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.aws import cidrs, detection, flow_logs, identity
from infra_kit.providers.aws.zones import letters, names
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.waiting import after

SUPPORTS: frozenset[Feature] = frozenset({features.FLOW_LOGS})
ANYWHERE = "0.0.0.0/0"
GATEWAY_SERVICES = ("s3", "dynamodb")


def create(scope: Scope, spec: NetworkSpec) -> NetworkEndpoint:
    zones = names(scope, letters(scope, spec))
    vpc = _vpc(scope, spec)
    gateway = scope.resource("gateway", ec2.InternetGateway, vpc_id=vpc.id, tags=scope.tags)
    subnets = {tier: _subnets(scope, spec, vpc, tier, zones) for tier in cidrs.TIERS}
    nats = _nats(scope, spec, gateway, subnets["public"])
    routes = _routes(scope, vpc, gateway, zones, nats)
    _gateway_endpoints(scope, vpc, [its.table for its in routes.values()])
    flows = flow_logs.create(scope, vpc) if spec.flow_logs else None
    ids = {tier: _routed(scope, tier, there, routes) for tier, there in subnets.items()}
    detection.watch(scope)
    return _endpoint(vpc.id, vpc.cidr_block, ids, way_out=bool(nats), flows=flows, zones=zones)


def existing(scope: Scope, known: ExistingNetwork) -> NetworkEndpoint:  # noqa: ARG001  any component may join
    subnets = {tier: _inputs(there) for tier, there in known.subnets.items()}
    return _endpoint(pulumi.Output.from_input(known.id), pulumi.Output.from_input(known.cidr), subnets)


@dataclass(frozen=True, kw_only=True)
class AwsNetwork:
    """What drivers of this target need of a network."""

    vpc_id: pulumi.Output[str]
    cidr: pulumi.Output[str]
    subnets: Mapping[Tier, Mapping[str, pulumi.Output[str]]]
    """Their ids, by tier and by zone; of a network made here, once their routes stand: what starts before fetches no
    image."""
    zones: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """The zones' names, e.g. `eu-west-1a`; none of a network that stood already: ask its subnets."""
    way_out: bool = True
    """Whether the private tier reaches the internet; of a network that stood already, we take it so."""
    flows: pulumi.Output[str] | None = None
    """The log group of who talked to whom; None where that is not logged."""
    workloads: Gathered[str] = field(default_factory=lambda: Gathered("services, workers and jobs"))
    """The names of what runs in it: where there is any, a store lets in what is linked to it, and nobody else."""

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


Ids = Mapping[str, pulumi.Output[str]]


def _endpoint(
    vpc: pulumi.Output[str], cidr: pulumi.Output[str], subnets: Mapping[Tier, Ids], **more: Any
) -> NetworkEndpoint:
    native = AwsNetwork(vpc_id=vpc, cidr=cidr, subnets=subnets, **more)
    return NetworkEndpoint(id=vpc, cidr=cidr, native=native)


def _inputs(subnets: Mapping[str, pulumi.Input[str]]) -> Ids:
    return {zone: pulumi.Output.from_input(subnet) for zone, subnet in subnets.items()}


def _vpc(scope: Scope, spec: NetworkSpec) -> ec2.Vpc:
    vpc = scope.resource(
        "vpc",
        ec2.Vpc,
        cidr_block=spec.cidr,
        enable_dns_support=True,
        enable_dns_hostnames=True,  # names of databases, and of endpoints, resolve to private addresses
        tags=_named(scope),
    )
    scope.resource("default-security-group", ec2.DefaultSecurityGroup, vpc_id=vpc.id, tags=scope.tags)
    return vpc


def _subnets(
    scope: Scope, spec: NetworkSpec, vpc: ec2.Vpc, tier: Tier, zones: Mapping[str, pulumi.Output[str]]
) -> dict[str, ec2.Subnet]:
    return {
        zone: scope.resource(
            f"{tier}-{zone}",
            ec2.Subnet,
            vpc_id=vpc.id,
            cidr_block=cidrs.block(spec.cidr, tier, zone),
            availability_zone=name,
            map_public_ip_on_launch=False,
            tags=_named(scope, tier, zone),
        )
        for zone, name in zones.items()
    }


def _named(scope: Scope, *parts: str) -> dict[str, str]:
    """`Name` is what the console shows of a VPC and its subnets."""
    return {**scope.tags, "Name": "-".join((scope.target.app, scope.name, *parts))}


def _nats(
    scope: Scope, spec: NetworkSpec, gateway: ec2.InternetGateway, public: Mapping[str, ec2.Subnet]
) -> dict[str, ec2.NatGateway]:
    """NAT gateways by zone: none, one in the first zone, or one in each."""
    wanted = {"none": 0, "single": 1, "per-zone": len(public)}[spec.nat]
    return {zone: _nat(scope, zone, subnet, gateway) for zone, subnet in list(public.items())[:wanted]}


def _nat(scope: Scope, zone: str, subnet: ec2.Subnet, gateway: ec2.InternetGateway) -> ec2.NatGateway:
    """Both need a way out that stands: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-eips.html."""
    address = scope.resource(f"nat-{zone}-address", ec2.Eip, domain="vpc", depends_on=[gateway], tags=scope.tags)
    return scope.resource(
        f"nat-{zone}",
        ec2.NatGateway,
        subnet_id=subnet.id,
        allocation_id=address.id,
        depends_on=[gateway],
        tags=_named(scope, "nat", zone),
    )


@dataclass(frozen=True)
class _Routes:
    table: ec2.RouteTable
    ways: Sequence[ec2.Route]
    """Out of the VPC."""


def _routes(
    scope: Scope,
    vpc: ec2.Vpc,
    gateway: ec2.InternetGateway,
    zones: Iterable[str],
    nats: Mapping[str, ec2.NatGateway],
) -> dict[str, _Routes]:
    """One table for the public tier and one for the isolated; a table a zone for the private, each with its NAT."""
    private = {}
    for zone in zones:
        nat = nats.get(zone) or next(iter(nats.values()), None)
        way = {"nat_gateway_id": nat.id} if nat else {}
        private[f"private-{zone}"] = _table(scope, vpc, f"private-{zone}", **way)
    public = _table(scope, vpc, "public", gateway_id=gateway.id)
    return {"public": public, "isolated": _table(scope, vpc, "isolated"), **private}


def _table(scope: Scope, vpc: ec2.Vpc, what: str, **way: Any) -> _Routes:
    """`way`: where all goes that no other route leads."""
    table = scope.resource(f"{what}-routes", ec2.RouteTable, vpc_id=vpc.id, tags=_named(scope, what))
    if not way:
        return _Routes(table, ())
    route = scope.resource(
        f"{what}-default-route", ec2.Route, route_table_id=table.id, destination_cidr_block=ANYWHERE, **way
    )
    return _Routes(table, [route])


def _routed(scope: Scope, tier: Tier, subnets: Mapping[str, ec2.Subnet], routes: Mapping[str, _Routes]) -> Ids:
    """The ids of a tier's subnets, once what starts there finds its way."""
    ids = {}
    for zone, subnet in subnets.items():
        its = routes.get(f"{tier}-{zone}") or routes[tier]
        joined = scope.resource(
            f"{tier}-{zone}-association", ec2.RouteTableAssociation, subnet_id=subnet.id, route_table_id=its.table.id
        )
        ids[zone] = after(subnet.id, joined, *its.ways)
    return ids


def _gateway_endpoints(scope: Scope, vpc: ec2.Vpc, tables: Sequence[ec2.RouteTable]) -> None:
    region = identity.region(scope)
    for service in GATEWAY_SERVICES:
        scope.resource(
            f"{service}-endpoint",
            ec2.VpcEndpoint,
            vpc_id=vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=pulumi.Output.concat("com.amazonaws.", region, ".", service),
            route_table_ids=[table.id for table in tables],
            tags=scope.tags,
        )

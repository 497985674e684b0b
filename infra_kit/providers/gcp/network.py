"""Network on Google Cloud: a custom-mode VPC with one regional subnetwork and private services access.

- A subnetwork is regional: it is in every zone of its region, so `zones` makes nothing, and what asks for more than the
  three that every region has is refused (https://cloud.google.com/docs/geography-and-regions).
- The range is allotted by a fixed rule: the first quarter is the subnetwork's, the second is free (it can grow into it,
  or a proxy-only subnetwork can stand there), the upper half is for Google's services, where databases and caches get
  their private addresses. They need a /24 at least (https://cloud.google.com/sql/docs/postgres/private-ip), so the
  network needs a /23; a /20 or larger lets several of them in.
- Cloud NAT is regional too: `single` and `per-zone` are the same gateway, which no zone takes down
  (https://cloud.google.com/nat/docs/overview). With `none`, what is here has no way out, for nothing has a public
  address; the default route stays, because private Google access takes it
  (https://cloud.google.com/vpc/docs/configure-private-google-access).
- All that comes in is denied and logged; a component that is to be reached brings its own rule.
"""

from __future__ import annotations

import dataclasses
from ipaddress import IPv4Network

import pulumi
from pulumi_gcp import compute, servicenetworking

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import ExistingNetwork, NetworkEndpoint, NetworkSpec
from infra_kit.errors import SpecError
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp.apis import NAMES, api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region

SUPPORTS = frozenset({features.FLOW_LOGS})
ZONES = 3
SMALLEST = 23
"""The longest prefix that leaves the services a /24."""
DOCKER = IPv4Network("172.17.0.0/16")
"""Cloud SQL's own: what connects from here is not answered (https://cloud.google.com/sql/docs/postgres/private-ip)."""
LAST_BUT_IMPLIED = 65534
"""The lowest priority of a firewall rule above the implied ones (https://cloud.google.com/firewall/docs/firewalls)."""


@dataclasses.dataclass(frozen=True)
class GcpNetwork:
    """The handles of a network, for the other drivers of this target."""

    network: pulumi.Output[str]
    """`projects/…/global/networks/…`, the form that every service takes."""
    subnetwork: pulumi.Output[str] | None
    """None where the network stood already and no subnetwork was named. Of one made here, once there is a way out:
    a program may ask the internet as it starts."""
    region: pulumi.Output[str]
    services: pulumi.Resource | None
    """The private services connection, to depend on; None where the network stood already."""
    way_out: bool = True
    """Whether what is in it reaches the internet; of a network that stood already, we take it so."""

    def named(self, scope: Scope, field: str = "network") -> pulumi.Output[str]:
        """The subnetwork, for the component of `scope`. Raises `SpecError` where none is known: it names the field."""
        if self.subnetwork is None:
            raise SpecError(
                f"{scope.what}: {field}: {scope.network.name!r} stood already, and no subnetwork of it is known. Name "
                "one in this region: Network.existing(…, subnets={'private': {'a': '…'}})."
            )
        return self.subnetwork


def create(scope: Scope, spec: NetworkSpec) -> NetworkEndpoint:
    own, services = _ranges(scope, spec)
    vpc = scope.resource(
        "vpc",
        compute.Network,
        depends_on=[api(scope, "compute")],
        auto_create_subnetworks=False,
        routing_mode="REGIONAL",
    )
    subnetwork = _subnetwork(scope, vpc, own, flow_logs=bool(spec.flow_logs))
    connection = _services(scope, vpc, services)
    _deny_ingress(scope, vpc)
    ways = [_nat(scope, vpc, subnetwork)] if spec.nat != "none" else []
    return NetworkEndpoint(
        id=vpc.id,
        cidr=pulumi.Output.from_input(spec.cidr),
        native=GcpNetwork(vpc.id, after(subnetwork.id, *ways), region(scope), connection, way_out=bool(ways)),
    )


def existing(scope: Scope, known: ExistingNetwork) -> NetworkEndpoint:
    """A VPC whose private services access stands already: databases and caches get their addresses through it."""
    network: pulumi.Output[str] = pulumi.Output.from_input(known.id).apply(lambda found: _full_name(scope, found))
    subnetworks = [
        found for tier in ("private", "isolated", "public") for found in known.subnets.get(tier, {}).values()
    ]
    subnetwork = pulumi.Output.from_input(subnetworks[0]) if subnetworks else None
    return NetworkEndpoint(
        id=network,
        cidr=pulumi.Output.from_input(known.cidr),
        native=GcpNetwork(network, subnetwork, region(scope), None),
    )


def _full_name(scope: Scope, found: str) -> pulumi.Output[str]:
    if "/" in found:
        return pulumi.Output.from_input(found.partition("/v1/")[2] or found)
    return compute.get_network_output(name=found, opts=scope.invoke).id.apply(str)


def _ranges(scope: Scope, spec: NetworkSpec) -> tuple[IPv4Network, IPv4Network]:
    """The subnetwork's range and the services'."""
    whole = IPv4Network(spec.cidr)
    if spec.zones > ZONES:
        raise SpecError(
            f"Network {scope.name!r}: zones: given {spec.zones}; a region of Google Cloud has {ZONES} zones to count "
            f"on, and a subnetwork is in all of them. Ask for {ZONES} or fewer."
        )
    if whole.prefixlen > SMALLEST:
        raise SpecError(
            f"Network {scope.name!r}: cidr: given {spec.cidr}; on gcp a /{SMALLEST} or larger is needed, for Cloud SQL "
            f"takes a /24 of its own. Ask for {whole.supernet(new_prefix=SMALLEST)}, say."
        )
    services = list(whole.subnets(1))[1]
    if services.overlaps(DOCKER):
        raise SpecError(
            f"Network {scope.name!r}: cidr: given {spec.cidr}; Cloud SQL cannot stand in {DOCKER}, which it uses "
            "itself. Choose another range, e.g. 10.0.0.0/16."
        )
    return next(whole.subnets(2)), services


def _subnetwork(scope: Scope, vpc: compute.Network, own: IPv4Network, *, flow_logs: bool) -> compute.Subnetwork:
    # Every flow with all there is to know of it: what CIS Google Cloud asks for (3.8).
    log = {"aggregation_interval": "INTERVAL_5_SEC", "flow_sampling": 1.0, "metadata": "INCLUDE_ALL_METADATA"}
    return scope.resource(
        "subnetwork",
        compute.Subnetwork,
        network=vpc.id,
        ip_cidr_range=str(own),
        private_ip_google_access=True,
        stack_type="IPV4_ONLY",
        log_config=log if flow_logs else None,
    )


def _services(scope: Scope, vpc: compute.Network, services: IPv4Network) -> servicenetworking.Connection:
    """Private services access: a peering with the network that Google's services stand in."""
    reserved = scope.resource(
        "services-range",
        compute.GlobalAddress,
        network=vpc.id,
        purpose="VPC_PEERING",
        address_type="INTERNAL",
        address=str(services.network_address),
        prefix_length=services.prefixlen,
        labels=labels(scope),
    )
    return scope.resource(
        "services",
        servicenetworking.Connection,
        depends_on=[api(scope, "network")],
        network=vpc.id,
        service=NAMES["network"],
        reserved_peering_ranges=[reserved.name],
        # Cloud SQL holds on to a connection for days after its last instance is gone; a stack must not wait for that.
        deletion_policy="REMOVE_PEERING",
    )


def _deny_ingress(scope: Scope, vpc: compute.Network) -> None:
    scope.resource(
        "deny-ingress",
        compute.Firewall,
        network=vpc.id,
        direction="INGRESS",
        priority=LAST_BUT_IMPLIED,
        denies=[{"protocol": "all"}],
        source_ranges=["0.0.0.0/0"],
        log_config={"metadata": "INCLUDE_ALL_METADATA"},
        description="Denies and logs what no other rule allows.",
    )


def _nat(scope: Scope, vpc: compute.Network, subnetwork: compute.Subnetwork) -> compute.RouterNat:
    router = scope.resource("router", compute.Router, network=vpc.id)
    return scope.resource(
        "nat",
        compute.RouterNat,
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[{"name": subnetwork.id, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
        log_config={"enable": True, "filter": "ERRORS_ONLY"},
    )

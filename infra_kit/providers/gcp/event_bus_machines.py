"""The machines of an EventBus of NATS: for each server an address, a name, a disk, and the machine that has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_random as random
from pulumi_gcp import compute, dns, serviceaccount

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import nats, nats_cluster
from infra_kit.providers.common.nats_cluster import PORT, ROUTES
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import firewall, tunnel
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Destination
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.providers.gcp.place import region

if TYPE_CHECKING:
    from infra_kit.providers.gcp.event_bus_setup import Setup

IMAGE = f"docker.io/library/nats@sha256:{nats.IMAGE_SHA256}"
ROOT_GB = 10
NAME_SECONDS = 10
SUFFIX_BYTES = 3
DEVICE = "nats"
"""What the disk is attached as, and found by
(https://cloud.google.com/compute/docs/disks/disk-symlinks)."""
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
"""What the account may do, its roles say (https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice)."""


@dataclass(frozen=True, kw_only=True)
class Bus:
    """What stays when machines are replaced. The mappings are keyed by the server's place, `a` and on."""

    host: pulumi.Output[str]
    """The name of all servers together."""
    hosts: Mapping[str, pulumi.Output[str]]
    addresses: Mapping[str, pulumi.Output[str]]
    zones: Mapping[str, pulumi.Output[str]]
    """The zones' names: of `a`, e.g. `europe-west1-b`."""
    subnetwork: pulumi.Output[str]
    account: serviceaccount.Account
    """The machines'. Its id is their tag too: legal as one, and nobody else's in the network."""
    key: pulumi.Output[str] | None
    needs: Sequence[pulumi.Resource]
    """What must stand before a machine starts."""

    @property
    def destination(self) -> Destination:
        """Where it is reached."""
        return Destination.of(hosts=list(self.addresses.values()), ports=[pulumi.Output.from_input(str(PORT))])


def server(place: str) -> str:
    """What NATS calls one, and the first word of its name in the network."""
    return f"{nats.SERVICE}-{place}"


def bus(
    scope: Scope,
    subnetwork: pulumi.Output[str],
    places: Sequence[str],
    *,
    account: serviceaccount.Account,
    key: pulumi.Output[str] | None,
) -> Bus:
    addresses = {place: _address(scope, place, subnetwork) for place in places}
    zone = _zone(scope)
    own = {place: _name(scope, zone, server(place), [address]) for place, address in addresses.items()}
    needed = pulumi.InvokeOutputOptions(parent=scope.parent, depends_on=[api(scope, "compute")])
    found = compute.get_zones_output(region=region(scope), opts=needed).names
    return Bus(
        host=_name(scope, zone, nats.SERVICE, list(addresses.values())),
        hosts=own,
        addresses=addresses,
        zones={place: found[number] for number, place in enumerate(places)},
        subnetwork=subnetwork,
        account=account,
        key=key,
        needs=_ways(scope, account.account_id, list(addresses.values())),
    )


def _address(scope: Scope, place: str, subnetwork: pulumi.Output[str]) -> pulumi.Output[str]:
    return scope.resource(
        f"address-{place}",
        compute.Address,
        depends_on=[api(scope, "compute")],
        address_type="INTERNAL",
        purpose="GCE_ENDPOINT",
        region=region(scope),
        subnetwork=subnetwork,
        labels=labels(scope),
    ).address


def _zone(scope: Scope) -> dns.ManagedZone:
    """Of names that this network alone knows (https://cloud.google.com/dns/docs/zones#create-private-zone)."""
    mark = scope.resource(
        "name-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps the name by which others call it
    )
    network = scope.native(scope.network, GcpNetwork)
    return scope.resource(
        "zone",
        dns.ManagedZone,
        stateful=True,
        depends_on=[api(scope, "dns")],
        dns_name=pulumi.Output.concat(mark.hex, ".internal."),
        visibility="private",
        private_visibility_config={"networks": [{"network_url": network.network}]},
        labels=labels(scope),
    )


def _name(
    scope: Scope, zone: dns.ManagedZone, name: str, addresses: Sequence[pulumi.Output[str]]
) -> pulumi.Output[str]:
    """A name in the network for some servers, once it leads there."""
    record = scope.resource(
        f"name-{name}",
        dns.RecordSet,
        managed_zone=zone.name,
        name=pulumi.Output.concat(name, ".", zone.dns_name),
        type="A",
        ttl=NAME_SECONDS,
        rrdatas=list(addresses),
    )
    return after(pulumi.Output.concat(name, ".", zone.dns_name.apply(lambda it: it.rstrip("."))), record)


def _ways(scope: Scope, tag: pulumi.Output[str], addresses: Sequence[pulumi.Output[str]]) -> list[pulumi.Resource]:
    """Who is in the network reaches the servers on their port: no rule knows what runs on Cloud Run by its tag
    (https://cloud.google.com/run/docs/configuring/vpc-direct-vpc#limitations), but that reaches only what it is linked
    to. In the network, the servers reach each other and nothing else."""
    others = Destination.of(addresses, [pulumi.Output.from_input(str(ROUTES))])
    return [
        _in(scope, "ingress-clients", tag, PORT, source_ranges=[scope.network.cidr]),
        _in(scope, "ingress-routes", tag, ROUTES, source_tags=[tag]),
        firewall.keeps_out(scope, "deny-network", tag),
        firewall.reaches(scope, "reaches-routes", tag, others),
    ]


def _in(scope: Scope, role: str, tag: pulumi.Output[str], port: int, **source: Any) -> compute.Firewall:
    allowed = [{"protocol": "tcp", "ports": [str(port)]}]
    return firewall.rule(scope, role, tag, "INGRESS", priority=firewall.ALLOW, allows=allowed, **source)


def disks(scope: Scope, spec: EventBusSpec, bus: Bus) -> dict[str, compute.Disk]:
    return {
        place: scope.resource(
            f"disk-{place}",
            compute.Disk,
            stateful=True,
            retain_on_delete=True,
            depends_on=[api(scope, "compute")],
            zone=zone,
            type="pd-balanced",
            size=nats_cluster.volume_gb(spec),
            disk_encryption_key={"kms_key_self_link": bus.key} if bus.key else None,
            # Elsewhere, or with another key, it would be another, empty one. And which zones a region has may change.
            ignore_changes=["diskEncryptionKey", "zone"],
            labels=labels(scope),
        )
        for place, zone in bus.zones.items()
    }


def machines(
    scope: Scope, bus: Bus, kept: Mapping[str, compute.Disk], *, size: Size, secret: pulumi.Output[str], setup: Setup
) -> tuple[dict[str, compute.Instance], list[pulumi.Resource]]:
    """By place, and what tells that their servers are well. One after the other: see `event_bus_setup`."""
    said = {place: _machine(bus, place, disk, size=size, secret=secret) for place, disk in kept.items()}
    well = setup.well(pulumi.Output.json_dumps([said, _overridden(scope, kept)], sort_keys=True))
    before: Sequence[pulumi.Resource] = [well, *bus.needs]
    made, joined = {}, list[pulumi.Resource]()
    for place, inputs in said.items():
        made[place] = scope.resource(
            _role(place),
            compute.Instance,
            # Its address and its disk can be with one machine alone.
            delete_before_replace=True,
            depends_on=before,
            labels=labels(scope),
            **inputs,
        )
        is_one = pulumi.Output.concat(made[place].id, " ", made[place].machine_type)
        joined.append(setup.join(place, well=well, machine=is_one))
        before = joined[-1:]
    return made, joined


def _overridden(scope: Scope, places: Iterable[str]) -> list[dict[str, Any]]:
    return [{key: it for key, it in scope.overrides.get(_role(place), {}).items() if key != "opts"} for place in places]


def _role(place: str) -> str:
    return f"server-{place}"


def _machine(bus: Bus, place: str, disk: compute.Disk, *, size: Size, secret: pulumi.Output[str]) -> dict[str, Any]:
    """What makes it another one, or stops it for a while."""
    return {
        "zone": disk.zone,
        "machine_type": size.name,
        # Another size stops it, and starts it again.
        "allow_stopping_for_update": True,
        "boot_disk": {
            "auto_delete": True,
            "initialize_params": {"image": tunnel.IMAGE, "size": ROOT_GB, "type": "pd-balanced"},
            "kms_key_self_link": bus.key,
        },
        "attached_disks": [{"source": disk.id, "device_name": DEVICE}],
        "network_interfaces": [{"subnetwork": bus.subnetwork, "network_ip": bus.addresses[place]}],
        "can_ip_forward": False,
        "metadata": tunnel.METADATA,
        "metadata_startup_script": _script(bus, place, disk, secret),
        "shielded_instance_config": tunnel.SHIELDED,
        "service_account": {"email": bus.account.email, "scopes": SCOPES},
        "tags": [bus.account.account_id],
        "deletion_protection": False,
    }


def _script(bus: Bus, place: str, disk: compute.Disk, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    variables: dict[str, pulumi.Input[str]] = {
        "DEVICE": f"/dev/disk/by-id/google-{DEVICE}",
        # NATS takes more room only when it starts: a larger disk replaces the machines, one after the other.
        "GB": disk.size.apply(str),
        "HOST": bus.hosts[place],
        "IMAGE": IMAGE,
        "NAME": server(place),
        "PORT": str(PORT),
        "ROUTES": str(ROUTES),
        "SECRET": secret,
    }
    return nats_cluster.machine(variables, resources.files(__package__).joinpath("nats_machine.sh").read_text())

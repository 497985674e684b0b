"""The machines of an EventBus of NATS: for each server an address, a name, a disk, and the machine that has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_gcp import compute, serviceaccount

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import nats, nats_cluster
from infra_kit.providers.common.nats_cluster import PORT, ROUTES
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.gcp import firewall, machines
from infra_kit.providers.gcp.grants import Destination

if TYPE_CHECKING:
    from infra_kit.providers.gcp.event_bus_setup import Setup

IMAGE = f"docker.io/library/nats@sha256:{nats.IMAGE_SHA256}"


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
    addresses = {place: machines.address(scope, f"address-{place}", subnetwork) for place in places}
    zone = machines.names(scope)
    own = {place: machines.name(scope, zone, server(place), [address]) for place, address in addresses.items()}
    found = machines.zones(scope)
    return Bus(
        host=machines.name(scope, zone, nats.SERVICE, list(addresses.values())),
        hosts=own,
        addresses=addresses,
        zones={place: found[number] for number, place in enumerate(places)},
        subnetwork=subnetwork,
        account=account,
        key=key,
        needs=[*_ways(scope, account.account_id, list(addresses.values())), machines.tells(scope, account)],
    )


def _ways(scope: Scope, tag: pulumi.Output[str], addresses: Sequence[pulumi.Output[str]]) -> list[pulumi.Resource]:
    """In the network, the servers reach each other too."""
    others = Destination.of(addresses, [pulumi.Output.from_input(str(ROUTES))])
    return [
        *machines.ways(scope, tag, PORT),
        machines.let_in(scope, "ingress-routes", tag, ROUTES, source_tags=[tag]),
        firewall.reaches(scope, "reaches-routes", tag, others),
    ]


def disks(scope: Scope, spec: EventBusSpec, bus: Bus) -> dict[str, compute.Disk]:
    size = nats_cluster.volume_gb(spec)
    return {
        place: machines.disk(scope, f"disk-{place}", zone, size_gb=size, key=bus.key)
        for place, zone in bus.zones.items()
    }


def servers(
    scope: Scope, bus: Bus, kept: Mapping[str, compute.Disk], *, size: Size, secret: pulumi.Output[str], setup: Setup
) -> tuple[dict[str, compute.Instance], list[pulumi.Resource]]:
    """By place, and what tells that their servers are well. One after the other: see `event_bus_setup`."""
    said = {place: _machine(bus, place, disk, size=size, secret=secret) for place, disk in kept.items()}
    well = setup.well(pulumi.Output.json_dumps([said, _overridden(scope, kept)], sort_keys=True))
    before: Sequence[pulumi.Resource] = [well, *bus.needs]
    made, joined = {}, list[pulumi.Resource]()
    for place, inputs in said.items():
        made[place] = machines.machine(scope, _role(place), inputs, before=before)
        joined.append(setup.join(place, well=well, machine=machines.identity(made[place])))
        before = joined[-1:]
    return made, joined


def _overridden(scope: Scope, places: Iterable[str]) -> list[dict[str, Any]]:
    return [{key: it for key, it in scope.overrides.get(_role(place), {}).items() if key != "opts"} for place in places]


def _role(place: str) -> str:
    return f"server-{place}"


def _machine(bus: Bus, place: str, disk: compute.Disk, *, size: Size, secret: pulumi.Output[str]) -> dict[str, Any]:
    return machines.inputs(
        size=size.name,
        disk=disk,
        subnetwork=bus.subnetwork,
        address=bus.addresses[place],
        account=bus.account,
        key=bus.key,
        script=_script(bus, place, disk, secret),
    )


def _script(bus: Bus, place: str, disk: compute.Disk, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    variables: dict[str, pulumi.Input[str]] = {
        **machines.data(disk),
        "HOST": bus.hosts[place],
        "IMAGE": IMAGE,
        "NAME": server(place),
        "SECRET": pulumi.Output.concat(secret, "/versions/latest"),
    }
    return nats_cluster.machine(variables, machines.of_the_cloud())

"""EventBus on Google Cloud with engine="nats": NATS on virtual machines of Compute Engine (`common/nats_cluster.py`
says how it is run).

- A server stands in a zone of its own, with an address, a name and a disk of its own: they stay when the machine is
  replaced, which the next one takes over.
- A change that replaces machines (another image of NATS, another script), or stops one for a while (another size),
  begins only when the other servers are well, takes one machine at a time, and the next only when the one before is
  well again: jobs in the network (`event_bus_setup`) see to that. Of three servers two answer; one alone is away for
  the minutes that it takes.
- What a machine needs and who reaches it, `machines` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import serviceaccount

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.components.network import Network
from infra_kit.links import Grant, Link
from infra_kit.providers.common import nats_cluster, nats_links
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.nats_cluster import User
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.sizes import choose
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import event_bus_machines, machines, sizes, stored_secrets, tunnel
from infra_kit.providers.gcp.event_bus_setup import Setup
from infra_kit.providers.gcp.grants import Destination, GcpGrant, Reference
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.network import ZONES

SUPPORTS, HINTS = nats_cluster.SUPPORTS, nats_cluster.HINTS

PLACES = "abc"[:ZONES]
"""Of servers, each in a zone of its own: as many as a region has to count on."""
FEWER = "A region has no more to count on: ask for fewer replicas."


@dataclass(frozen=True, kw_only=True)
class GcpNats:
    """What links and what watches it need of a bus."""

    network: Network
    destination: Destination
    users: Gathered[User]
    machines: Mapping[str, pulumi.Output[str]]
    """Their ids, by place, once all is set up: what is told of them before is of servers that begin."""


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    places = nats_cluster.zones(scope, spec, PLACES, otherwise=FEWER)
    subnetwork = machines.subnetwork(scope, 'or the bus engine="native"')
    size = choose(scope, sizes.COMPUTE, cpu=nats_cluster.CPU, memory_gb=nats_cluster.MEMORY_GB)
    account = service_account(scope, "account", f"The servers of {scope.name}")
    key = key_id(scope, service="compute")
    bus = event_bus_machines.bus(scope, subnetwork, places, account=account, key=key)
    tunnel.let_in(scope, bus.destination)

    known, users = nats_cluster.secrets(scope), Gathered[User]("links")
    certificate = nats_cluster.certificate(scope, [bus.host, *bus.hosts.values()])
    told = nats_cluster.settings(
        spec, known, {event_bus_machines.server(place): host for place, host in bus.hosts.items()}, certificate, users
    )

    prefix, secrets_key = stored_secrets.prefix(scope), stored_secrets.key_of(scope)
    setup = Setup.create(scope, bus, known, certificate, prefix=prefix, key=secrets_key)
    # Servers take over what is stored by themselves: what is refused is not stored.
    text = after(told.apply(lambda it: it[0]), setup.allow())
    name = pulumi.Output.concat(prefix, "-settings")
    secret = stored_secrets.store(
        scope,
        "settings",
        secret_id=name,
        value=text,
        key=secrets_key,
        field="links",
        way_out=nats_cluster.TOO_MANY_LINKS,
    )

    disks = event_bus_machines.disks(scope, spec, bus)
    reads = _reads(scope, secret, account)
    servers, joined = event_bus_machines.servers(scope, bus, disks, size=size, secret=reads, setup=setup)
    mark: pulumi.Output[str] = pulumi.Output.all(told, secret.version).apply(lambda it: it[0][1])
    done = setup.settle(spec, mark=mark, after=joined)
    ids = {place: after(it.instance_id, done) for place, it in servers.items()}
    native = GcpNats(network=scope.network, destination=bus.destination, users=users, machines=ids)
    return nats_cluster.endpoint(spec, known, host=after(bus.host, done), ca=certificate.ca, native=native)


def _reads(scope: Scope, secret: Reference, account: serviceaccount.Account) -> pulumi.Output[str]:
    """The secret's name, once the machines' account may read it, and no other."""
    return after(secret.secret, stored_secrets.let_read(scope, "settings-accessor", secret, account))


def link(scope: Scope, link: Link) -> Grant:
    there = scope.native(link.to, GcpNats)
    check_same(scope, link, there.network)
    mine = nats_links.endpoint(scope, link, there.users)
    return mine.grant(link, native=GcpGrant(destination=there.destination))

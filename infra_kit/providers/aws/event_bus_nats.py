"""EventBus on AWS with engine="nats": NATS on virtual machines of EC2 (`common/nats_cluster.py` says how it is run).

- A server stands in the private subnet of its zone, behind a network interface of its own: its address and its name
  stay when the machine is replaced, and so does its volume, which the next machine takes over.
- A change that replaces machines (another size, another image of NATS) begins only when the other servers are well,
  replaces one machine at a time, and the next only when the one before is well again: a function in the network
  (`lambdas/nats_setup.py`) sees to that. Of three servers two answer; one alone is away for the minutes that it takes.
- A machine starts with the newest image of Amazon Linux; no `up` replaces it because there is a newer one.
- It reads what it lets in from Secrets Manager, NATS from the copy of Docker's official images at ECR Public, and its
  tools from Docker Hub. So it needs a way out.
- Nobody logs into a machine: there is no key, no port, no agent. Its console tells what went wrong
  (`aws ec2 get-console-output`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.components.network import Network
from infra_kit.errors import SpecError
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import (
    event_bus_machines,
    keys,
    network_functions,
    sizes,
    stored_secrets,
    tunnel,
)
from infra_kit.providers.aws.event_bus_setup import Setup
from infra_kit.providers.aws.grants import AwsGrant, Opening
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.network_functions import Inside
from infra_kit.providers.aws.security import database_group
from infra_kit.providers.common import nats_cluster, nats_links
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.nats_cluster import PORT, User
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.sizes import choose
from infra_kit.providers.common.waiting import after

SUPPORTS, HINTS = nats_cluster.SUPPORTS, nats_cluster.HINTS


@dataclass(frozen=True, kw_only=True)
class AwsNats:
    """What links and what watches it need of a bus."""

    network: Network
    group: pulumi.Output[str]
    users: Gathered[User]
    host: pulumi.Output[str]
    hosts: Mapping[str, pulumi.Output[str]]
    """By zone. Both once all is set up: what is told of them before is of servers that begin."""


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    network = scope.native(scope.network, AwsNetwork)
    otherwise = "Give the bus a Network(zones={wanted}), or ask for fewer replicas."
    zones = nats_cluster.zones(scope, spec, _subnets(scope, network), otherwise=otherwise)
    clients, way = network_functions.client_group(scope, network, PORT)
    group = database_group(scope, network, PORT, clients)
    tunnel.let_in(scope, group, PORT)
    key = keys.key_arn(scope, services=[keys.LOGS])
    size = choose(scope, sizes.EC2, cpu=nats_cluster.CPU, memory_gb=nats_cluster.MEMORY_GB)
    bus = event_bus_machines.bus(scope, network, zones, group=group, key=key)

    known, users = nats_cluster.secrets(scope), Gathered[User]("links")
    certificate = nats_cluster.certificate(scope, [bus.host, *bus.hosts.values()])
    told = nats_cluster.settings(spec, known, bus.hosts, certificate, users)

    setup = Setup.create(
        scope, bus, known, certificate, inside=Inside(network=network, group=clients, key=key), way=way
    )
    # Servers take over what is stored by themselves: what is refused is not stored.
    text = after(told.apply(lambda it: it[0]), setup.allow())
    what = f"What the servers of EventBus {scope.name} let in"
    secret = stored_secrets.store(
        scope, "settings", what, text, key, field="links", way_out=nats_cluster.TOO_MANY_LINKS
    )

    volumes = event_bus_machines.volumes(scope, spec, bus)
    joined = event_bus_machines.machines(scope, bus, volumes, size=size, secret=secret, setup=setup)
    mark: pulumi.Output[str] = pulumi.Output.all(told, secret.version).apply(lambda it: it[0][1])
    done = setup.settle(spec, mark=mark, after=joined)
    host, hosts = after(bus.host, done), {zone: after(it, done) for zone, it in bus.hosts.items()}
    native = AwsNats(network=scope.network, group=group, users=users, host=host, hosts=hosts)
    return nats_cluster.endpoint(spec, known, host=host, ca=certificate.ca, native=native)


def _subnets(scope: Scope, network: AwsNetwork) -> Mapping[str, pulumi.Output[str]]:
    if not network.way_out:
        raise SpecError(
            f"{scope.what}: network: given one with nat='none', and NATS's machines read their image and their "
            "secrets from outside of it. Give the Network nat='single', or the bus engine='native'."
        )
    network.ids(scope, "private")
    return network.subnets["private"]


def link(scope: Scope, link: Link) -> Grant:
    there = scope.native(link.to, AwsNats)
    check_same(scope, link, there.network)
    mine = nats_links.endpoint(scope, link, there.users)
    return mine.grant(link, native=AwsGrant(opening=Opening(group=there.group, port=PORT)))

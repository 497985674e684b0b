"""Where a container is reached: by its name in its networks, and by other hosts where the settings publish it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.naming import child
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.network import VpsNetwork


@dataclass(frozen=True)
class Address:
    """Where a container is reached."""

    host: pulumi.Output[str]
    port: pulumi.Output[int]


def data_networks(scope: Scope, role: str = "server") -> list[pulumi.Output[str]]:
    """The networks of a container with data: the internal one, and where other hosts are to reach it, theirs."""
    network = scope.native(scope.network, VpsNetwork)
    if private_port(scope, role) is None:
        return [network.data]
    if network.hosts is None:
        raise SpecError(
            f"{type(scope.parent).__name__} {scope.name!r}: private_ports publishes it, and its network, which stood "
            "before, names none for that: Network.existing(subnets={'private': {'hosts': '<a Docker network>'}})."
        )
    return [network.data, network.hosts]


def address(scope: Scope, role: str, port: int, done: pulumi.Resource) -> Address:
    """Where a container of the component is reached: by its name on this host, by the private address where it is
    published there. Who reads it waits for `done`: until there is what a client needs."""
    published = private_port(scope, role)
    if published is None:
        return Address(ssh.after(done, child(scope.name, role)), ssh.after(done, port))
    return Address(ssh.after(done, str(ssh.settings(scope).private_address)), ssh.after(done, published))


def private_port(scope: Scope, role: str) -> int | None:
    """The settings name the main container of a component by the component's own name."""
    ports = ssh.settings(scope).private_ports
    return ports.get(scope.name if role == "server" else child(scope.name, role))

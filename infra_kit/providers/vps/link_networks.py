"""The networks of links: what is linked to a component reaches it in a Docker network that the two have in common.

A component's containers join it with its first link, beside the networks that they have: nothing that stands is made
anew for it, and what is not linked has no way there. The network leads nowhere else. A Docker network has no direction:
who serves could also call who is linked.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from infra_kit.component import Scope
from infra_kit.naming import child
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.addresses import Address
from infra_kit.providers.vps.containers import Container
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.scripts import told


class LinkNetwork:
    """Of a component: made when a link first asks for it."""

    def __init__(self, scope: Scope, containers: Mapping[str, Container]) -> None:
        """`containers` are those that links lead to, by role."""
        self._scope, self._containers = scope, containers
        self._name: pulumi.Output[str] | None = None

    @property
    def name(self) -> pulumi.Output[str]:
        if self._name is None:
            network = bridge(self._scope, "links", internal=True).name
            self._name = ssh.after(self._joined(network), network)
        return self._name

    def _joined(self, network: pulumi.Output[str]) -> pulumi.Resource:
        members = pulumi.Output.all(**{role: it.id for role, it in self._containers.items()})

        def script(known: Mapping[str, str], wanted: str) -> str:
            lines = [f"{known[role]} {child(self._scope.name, role)}" for role in self._containers]
            return told("link_network.sh", {"NETWORK": wanted, "MEMBERS": "\n".join(lines)})

        both = pulumi.Output.all(members, network)
        leave = pulumi.Output.all(network, *(it.id for it in self._containers.values())).apply(
            lambda known: (
                f"for it in {' '.join(known[1:])}; do docker network disconnect --force {known[0]} $it; done; :"
            )
        )
        return ssh.run(
            self._scope, "links-joined", "sh -s", stdin=both.apply(lambda known: script(*known)), delete=leave
        )


def inside(scope: Scope, role: str, port: int, done: pulumi.Resource) -> Address:
    """Where a container of the component is reached in the network of its links. Who reads it waits for `done`."""
    return Address(ssh.after(done, child(scope.name, role)), ssh.after(done, port))

"""The networks of links: who is linked reaches the other in a Docker network that only the two are in.

The containers of the other join it beside the networks that they have: nothing that stands is made anew for a link, and
what is not linked has no way there. It leads nowhere else. A Docker network has no direction and no ports: the other
could call who is linked to it, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.links import Link
from infra_kit.naming import child
from infra_kit.providers.vps import ssh
from infra_kit.providers.vps.addresses import Address
from infra_kit.providers.vps.containers import Container
from infra_kit.providers.vps.grants import VpsGrant
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.scripts import told

Reached = Mapping[str, Container]
"""The containers that links to a component lead to, each by its name in their networks."""


def way(scope: Scope, link: Link, reached: Reached) -> VpsGrant:
    """What a link gives beside variables."""
    return VpsGrant(network=join(scope, f"link-{link.key}", reached))


def join(scope: Scope, role: str, reached: Reached) -> pulumi.Output[str]:
    """Makes the network of a link, a child of who is linked. Returns its name, once the other is in it.

    Args:
        scope: of who is linked.
        role: of the link, e.g. `link-db`.
        reached: the other's.
    """
    return enter(scope, f"{role}-joined", bridge(scope, f"{role}-network", internal=True).name, reached)


def enter(scope: Scope, role: str, network: pulumi.Output[str], reached: Reached) -> pulumi.Output[str]:
    """Has containers join a network that stands. Returns its name, once they are in it.

    Args:
        scope, role: of the step.
        network: its name.
        reached: the containers, by their names there.
    """
    known = pulumi.Output.all(network=network, ids=pulumi.Output.all(*(it.id for it in reached.values())))

    def script(found: Mapping[str, Any]) -> str:
        members = "\n".join(f"{it} {name}" for it, name in zip(found["ids"], reached, strict=True))
        return told("link_network.sh", {"NETWORK": found["network"], "MEMBERS": members})

    joined = ssh.run(scope, role, "sh -s", stdin=known.apply(script), delete=known.apply(_leave))
    return ssh.after(joined, network)


def _leave(found: Mapping[str, Any]) -> str:
    """What is gone has left."""
    return "".join(f"docker network disconnect --force {found['network']} {it}\n" for it in found["ids"]) + "true\n"


def inside(scope: Scope, role: str, port: int, done: pulumi.Resource) -> Address:
    """Where a container of the component is reached in the networks of its links. Who reads it waits for `done`."""
    return Address(ssh.after(done, child(scope.name, role)), ssh.after(done, port))

"""The shop's network (seeds/001: VS-6)."""

import pulumi

from infra_kit import Network
from stacks.config import system


def shared_network() -> Network | None:
    """VS-6: a preview joins staging's network, where the database is that it shares: `vina-santa-cruz:network: {id: …,
    cidr: …, subnets: {…}}`. None: the target's own."""
    config = pulumi.Config(system())
    said = config.get_object("network")
    if not said:
        return None
    config.require_secret("database-url")  # a server of its own would be one more in staging's network
    return Network.existing("network", **said)

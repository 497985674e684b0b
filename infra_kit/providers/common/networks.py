"""Where a component's addresses lead no further than its own network."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.errors import SpecError
from infra_kit.links import Link


def check_same(scope: Scope, link: Link, there: Network) -> None:
    """Raises `SpecError` where what is linked stands in another network than the component of the scope."""
    if scope.network is there:
        return
    raise SpecError(
        f"{scope.what}: links: {link} stands in network {there.name!r} of the target {link.to.target.key!r}, this one "
        f"in {scope.network.name!r} of {scope.target.key!r}: no network leads from here to there. Give both the same "
        "network=…, or place both on one target."
    )

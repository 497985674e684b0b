"""The regions that NomadShift stands in: one, and from phase 3 on two (seeds/000: NS-1, NS-2)."""

from __future__ import annotations

from dataclasses import dataclass

from infra_kit import Network, Target
from stacks.places import named, place


@dataclass(frozen=True)
class Region:
    """Where a whole of the product stands."""

    key: str
    """What the names of its components end with: none in the first region, so that they are the same in every phase."""
    target: Target | None
    """None: the stack's own."""
    network: Network

    def named(self, name: str) -> str:
        return named(name, self.key)

    def path(self, path: str) -> str:
        """Of a parameter or a secret, whose paths are those of a whole account."""
        return f"{self.key}/{path}" if self.key else path


def home() -> Region:
    return _region("", None, "10.0.0.0/16")


def europe() -> Region:
    """Where `nomadshift:places: {eu: …}` says; on a laptop, the same place."""
    return _region("eu", place("eu"), "10.1.0.0/16")


def _region(key: str, target: Target | None, cidr: str) -> Region:
    return Region(key, target, Network(named("network", key), target=target, cidr=cidr))

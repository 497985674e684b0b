"""Where Cuenta Conmigo stands: at home, from phase 3 on in a second region too (seeds/003: CC-4)."""

from __future__ import annotations

from dataclasses import dataclass

from infra_kit import Network, Target
from stacks import buses
from stacks.places import named, place


@dataclass(frozen=True)
class Place:
    """A region, and what its components' names end with: those at home keep theirs from phase to phase."""

    target: Target | None = None
    """None: the stack's own."""
    suffix: str = ""
    network: Network | None = None
    """None: the target's own."""

    def name(self, base: str) -> str:
        return named(base, self.suffix)


HOME = Place()
"""Of what is in no network, and of phases without a bus."""


def home() -> Place:
    return Place(network=buses.network())


def second() -> Place | None:
    """The place `second` of the stack. None: home is all there is."""
    target = place("second")
    return Place(target, "second", buses.network("network-second", target)) if target else None

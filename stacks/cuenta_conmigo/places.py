"""Where Cuenta Conmigo stands: at home, from phase 3 on in a second region too (seeds/003: CC-4)."""

from __future__ import annotations

from dataclasses import dataclass

from infra_kit import Target
from stacks.places import place


@dataclass(frozen=True)
class Place:
    """A region, and what its components' names end with: those at home keep theirs from phase to phase."""

    target: Target | None = None
    """None: the stack's own."""
    suffix: str = ""

    def name(self, base: str) -> str:
        return f"{base}-{self.suffix}" if self.suffix else base


HOME = Place()


def second() -> Place | None:
    """The place `second` of the stack. None: home is all there is."""
    target = place("second")
    return Place(target, "second") if target else None

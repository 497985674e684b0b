"""Where Cuenta Conmigo stands: at home, from phase 3 on in a second region too (seeds/003: CC-4)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit import Target
from stacks.config import system


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
    """`cuenta-conmigo:second-region: eu-west-1`, of the stack's own target. None: home is all there is."""
    region = pulumi.Config(system()).get("second-region")
    if region is None:
        return None
    name = pulumi.Config("infra-kit").require("target")
    return Place(Target(name=name, region=region, alias="second"), "second")


def other_cloud() -> Target | None:
    """`cuenta-conmigo:copies-region: europe-west1`, of Google Cloud (CC-5). None: copies stay with the one cloud."""
    region = pulumi.Config(system()).get("copies-region")
    return Target(name="gcp", region=region) if region else None

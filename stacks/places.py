"""Where parts of a product stand, if not where the rest of it does."""

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import Target
from stacks.config import system


def place(part: str) -> Target | None:
    """`<system>:places: {eu: {name: aws, alias: eu, region: eu-west-1}}`: the target of a part, as `Target` takes it.

    None: the stack's own target. What is one component is placed by `infra-kit:placements`.
    """
    said: Mapping[str, Mapping[str, Any]] = pulumi.Config(system()).get_object("places") or {}
    return Target(**said[part]) if part in said else None


def named(name: str, part: str) -> str:
    """Of a component of a part; without one it is at home, and keeps its name from phase to phase."""
    return f"{name}-{part}" if part else name

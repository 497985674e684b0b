"""Where parts of a product stand, if not where the rest of it does."""

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import Target
from stacks.config import system


def place(part: str) -> Target | None:
    """`<system>:places: {accounts: {name: aws, region: us-east-1}}`: the target of a part, as `Target` takes it.

    None: the stack's own target.
    """
    said: Mapping[str, Mapping[str, Any]] = pulumi.Config(system()).get_object("places") or {}
    return Target(**said[part]) if part in said else None

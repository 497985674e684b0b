"""What the tests of Zuclubit's stacks share: their names, and how they are looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra_kit.testing import Recording

DEVELOPMENT, STAGING, PRODUCTION = (f"zuclubit-{it}" for it in ("development", "staging", "production"))


def containers(stack: Recording, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.named(f"{name}-task").inputs["containerDefinitions"])
    return found


def said(stack: Recording, name: str) -> Mapping[str, str]:
    """The variables of a container that are no secrets."""
    return {it["name"]: it["value"] for it in containers(stack, name)[0]["environment"]}


def hidden(stack: Recording, name: str) -> set[str]:
    return {it["name"] for it in containers(stack, name)[0]["secrets"]}

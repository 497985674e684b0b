"""What the tests of Viña Santa Cruz's stacks share: their names, and how they are looked at."""

from __future__ import annotations

import json
from typing import Any

from infra_kit.testing import Recording
from tests.unit.stacks.recorded import DATABASE_URL, stack_of

PRODUCTION, STAGING = "vina-santa-cruz-production", "vina-santa-cruz-staging"
PREVIEW, DEVELOPMENT = "vina-santa-cruz-preview", "vina-santa-cruz-development"


def preview(number: int) -> Recording:
    return stack_of(f"{PREVIEW}-{number}", **{"vina-santa-cruz:database-url": DATABASE_URL})


def container(stack: Recording, name: str) -> dict[str, Any]:
    """The program of a Service or a Job on AWS."""
    first: dict[str, Any] = json.loads(stack.named(f"{name}-task").inputs["containerDefinitions"])[0]
    return first


def variables(stack: Recording, name: str) -> dict[str, str]:
    return {each["name"]: each["value"] for each in container(stack, name)["environment"]}


def components(stack: Recording, kind: str) -> list[str]:
    return sorted(it.name for it in stack.of_type(f"infra-kit:index:{kind}"))


def asked(stack: Recording, name: str) -> Any:
    """What a component is, without what its target lacks."""
    return next(it for it in stack.components if it.name == name).spec

"""What a path is called in Secret Manager and in Parameter Manager."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.providers.common.stored_names import below_environment, below_stack

SEPARATOR = "--"


def of(scope: Scope, path: str) -> str:
    return SEPARATOR.join(below_environment(scope, path))


def of_stack(scope: Scope, path: str) -> str:
    """What no other stack has."""
    return SEPARATOR.join(below_stack(scope, path))

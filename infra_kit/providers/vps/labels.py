"""The component's tags as Docker's labels, which are a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from infra_kit.component import Scope

L = TypeVar("L")


def labels(scope: Scope, make: Callable[..., L]) -> list[L]:
    """Each tag as `make(label=…, value=…)`: Docker has a class for each kind of thing that can be labelled."""
    return [make(label=key, value=value) for key, value in sorted(scope.tags.items())]

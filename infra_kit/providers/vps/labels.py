"""The component's tags as Docker's labels, which are a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from infra_kit.component import Scope

L = TypeVar("L")

BORN_WITH = ("labels",)
"""Changes to ignore of volumes and networks: Docker changes no label of theirs
(https://docs.docker.com/engine/manage-resources/labels/), so another environment, tag or name of the component would
replace what stands, a volume with its data."""


def labels(scope: Scope, make: Callable[..., L], more: Mapping[str, str] | None = None) -> list[L]:
    """Each tag as `make(label=…, value=…)`: Docker has a class for each kind of thing that can be labelled."""
    return [make(label=key, value=value) for key, value in sorted({**scope.tags, **(more or {})}.items())]

"""What of a Backup a drill restores."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.errors import SpecError


def drilled(scope: Scope, spec: RestoreDrillSpec, kinds: Collection[str], what: str) -> list[Component[Any, Any]]:
    """The components of these kinds; of the others, a plan says that nothing is proven. Raises `SpecError` where it has
    others alone: a drill that restored nothing would be worse than none. (Of a Backup that copies nothing at all, by a
    gap which the stack accepts, the component itself says so.)

    Args:
        scope: the drill's.
        spec: its.
        kinds: those that can be restored.
        what: these, in words.
    """
    of = spec.of.spec.of
    found = [it for it in of if it.KIND in kinds]
    rest = ", ".join(it.name for it in of if it.KIND not in kinds)
    if rest and not found:
        raise SpecError(
            f"{scope.what}: of: Backup {spec.of.name!r} has {rest}, and on {scope.target.name} a drill "
            f"restores {what} alone. Leave the RestoreDrill out, and restore them by hand."
        )
    if rest:
        pulumi.log.warn(
            f"{scope.what}: of: on {scope.target.name} a drill restores {what} alone, and proves nothing of {rest}.",
            scope.parent,
        )
    return found

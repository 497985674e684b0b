"""What a host holds without a copy elsewhere, said in the plan where the environment guards data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import ssh

BY_A_BACKUP = "Copy it away by a Backup with `to` (docs/operations.md)"
_COPIED: WeakSet[pulumi.Resource] = WeakSet()
"""Components that a Backup copies away from their host."""


def copied_away(components: Iterable[Component[Any, Any]]) -> None:
    _COPIED.update(components)


def warn(scope: Scope, caveat: str, way_out: str = BY_A_BACKUP) -> None:
    if scope.defaults.protect:
        pulumi.Output.from_input(_warn(scope, caveat, way_out))


async def _warn(scope: Scope, caveat: str, way_out: str) -> Any:
    """Once the program has been read: its Backup comes after what it copies."""
    if scope.parent not in _COPIED:
        pulumi.log.warn(
            f"{type(scope.parent).__name__} {scope.name!r}: {caveat}: what {ssh.settings(scope).host} loses is lost. "
            f"{way_out}, or place it on another target.",
            scope.parent,
        )

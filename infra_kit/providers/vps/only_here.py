"""What a host holds without a copy elsewhere, said in the plan where the environment guards data."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.vps import ssh

BY_A_BACKUP = "Copy it away by a Backup with `to` (docs/operations.md)"


def warn(scope: Scope, caveat: str, way_out: str = BY_A_BACKUP) -> None:
    if scope.defaults.protect:
        pulumi.log.warn(
            f"{type(scope.parent).__name__} {scope.name!r}: {caveat}: what {ssh.settings(scope).host} loses is lost. "
            f"{way_out}, or place it on another target.",
            scope.parent,
        )

"""For how long what a Backup writes is locked, where its copies share what earlier ones wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.durations import seconds
from infra_kit.providers.common.seaweed import lock_mode


@dataclass(frozen=True)
class Lock:
    """Of each file."""

    seconds: int
    spare: int
    """How many of them are more than was asked: so long a later copy may share what an earlier one wrote."""
    mode: Literal["COMPLIANCE", "GOVERNANCE"] | None
    """As S3 means it, where each file says it; None where the bucket locks by itself."""


def lock(scope: Scope, spec: BackupSpec) -> Lock | None:
    """A bucket of ours locks by itself; in others each file says it."""
    if not (spec.locked and spec.to):
        return None
    asked = seconds(spec.locked)
    if spec.to.stands_already:
        return Lock(asked * 3 // 2, asked // 2, lock_mode(scope))
    held = (spec.to.spec.retention_lock or 0) * 86_400
    return Lock(held, held - asked, None)

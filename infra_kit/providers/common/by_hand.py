"""What `infra-kit backup`, `restore` and `drill` do: each target's `by_hand.py` takes a copy now, brings one back, and
proves that one can be.

A module has `holds`, `back_up`, `new_name`, `into`, `over`, `remove` and `drill`, as `engine/backups.py` and
`engine/drills.py` call them; one of a target that never restores over what runs says so in `NEVER_OVER` instead of
`over`, one that restores some kinds so has `check_over`, and one that knows beforehand what a moment lacks has
`check_moment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.common.standing import Standing


@dataclass(frozen=True, kw_only=True)
class StandingBackup(Standing):
    """A Backup as the stack's state has it.

    Args:
        name: the component's.
        place: where copies are, as its endpoint says.
    """

    name: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A copy that is whole."""

    component: str
    where: str
    at: datetime
    """When it began."""
    size: int | None
    """Bytes that it takes in its place. None: nobody tells."""
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came back."""

    component: str
    name: str
    """Of what has it now."""
    address: str
    of: datetime | None
    """The moment that it is of. None: the newest that there was, and nobody tells when that is."""
    seconds: float
    says: tuple[str, ...]
    """What to do with it, in sentences."""
    gives: Gives | None = None
    """Where the target knows it by itself. None: it is what the component gives, at this address."""


OF_FILES = ("truncated", "changed", "missing", "wrong-key")
"""What each file of a copy is held to where we wrote it: as checks of a drill are called."""


@dataclass(frozen=True, kw_only=True)
class StandingDrill(Standing):
    """A RestoreDrill as the stack's state has it."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A component whose newest copy was restored, and was as it should be."""

    component: str
    checks: Sequence[str]
    """All that it was held to, by the names that a failure has."""
    seconds: float
    """How long restoring took, without looking at what came back."""
    of: datetime | None = None
    """When the copy began. None: it was the newest, and nobody tells when that began."""


Gives = tuple[Mapping[str, Any], Mapping[str, Any]]
"""How to connect, as a component says it: what everybody may see, and what is secret."""


def shown(time: datetime) -> str:
    """For people."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def too_late(to: datetime, latest: datetime, why: str, component: str = "") -> BackupError:
    """A moment was asked for that what is kept does not reach: less is restored only when told so."""
    whose = f"{component}: " if component else ""
    return BackupError(
        "missing-log",
        f"{whose}{shown(to)} was asked for, and the latest that can be restored is {shown(latest)}: {why}. Nothing "
        "of it was changed. To take the latest: --or-latest-restorable.",
    )

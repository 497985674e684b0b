"""What `infra-kit backup` and `infra-kit restore` do: each target's `by_hand.py` takes a copy now, and brings one back.

A module has `holds`, `back_up`, `new_name`, `into` and `over`, as `engine/backups.py` calls them; one of a target that
never restores over what runs says so in `NEVER_OVER` instead of `over`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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

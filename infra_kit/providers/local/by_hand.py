"""Copies of this machine's servers, taken and restored by hand: needs no engine, and no state."""

from __future__ import annotations

from pathlib import Path

from infra_kit.providers.common.by_hand import Copied, Gives, Proven
from infra_kit.providers.local import home as homes
from infra_kit.providers.local.backups import drill as drilling
from infra_kit.providers.local.backups import owner, run, run_log, settings
from infra_kit.providers.local.backups.restore import check_moment, gives, into, over
from infra_kit.providers.local.backups.restore import remove_beside as remove
from infra_kit.providers.local.box import RECORD, Box

__all__ = ["check_moment", "into", "over", "remove"]


def find(stack: str, home: Path) -> dict[str, Box]:
    """The boxes of all backups of a stack, by name."""
    return {box.name: box for box in _boxes(stack, home) if box.record.kind == "local/backup"}


def drills(stack: str, home: Path) -> dict[str, Box]:
    """The boxes of all drills of a stack, by name."""
    return {box.name: box for box in _boxes(stack, home) if box.record.kind == "local/restore_drill"}


def beside(stack: str, home: Path) -> dict[str, tuple[str, Gives]]:
    """What was restored beside a stack's own, by name: of which component, and how to connect."""
    boxes = [box for box in _boxes(stack, home) if box.record.restored_of]
    return {box.name: (box.record.restored_of, gives(box)) for box in boxes}


def remove_copy(stack: str, home: Path, name: str) -> bool:
    """As `remove`; the Backup that the copy is of may be gone."""
    return remove(Box(home, stack, name), name)


def _boxes(stack: str, home: Path) -> list[Box]:
    return [Box(home, stack, file.parent.name, homes.caller()) for file in sorted((home / stack).glob(f"*/{RECORD}"))]


def holds(backup: Box) -> list[str]:
    return list(settings.read(backup).of)


def back_up(backup: Box) -> list[Copied]:
    """Takes a copy of all that a backup holds, when the run that is at work has ended."""
    with run_log.by_hand(backup, "a copy"):
        copy = run.now(backup)
    where = f"{settings.repository(backup).place}/{copy.folder}"
    return [
        Copied(
            component=name,
            where=where,
            at=copy.time,
            size=sum(part["size"] for part in noted["parts"]),
            seconds=noted["seconds"],
        )
        for name, noted in copy.components.items()
    ]


def take_over(backup: Box) -> None:
    """Copies that are another Backup's are this one's from now on."""
    with settings.alone(backup):
        owner.take(backup, settings.repository(backup))


def new_name(backup: Box, component: str) -> str:  # noqa: ARG001  as all targets' are called
    return f"{component}-restored"


def drill(box: Box) -> list[Proven]:
    """Restores the newest copies of a drill's Backup, and looks at them, when the run that is at work has ended."""
    with run_log.by_hand(box, "a drill"):
        return drilling.run(box)

"""Restoring what a Backup holds: beside what runs, or over it when told twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from infra_kit.engine import backups, locks
from infra_kit.engine.backups import Restored
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError, DataLossRefusedError


def beside(
    project: Project, stack: str, name: str, progress: Progress, *, to: datetime | None, into: str | None
) -> Sequence[Restored]:
    """Restores into new servers, which run when this returns.

    Args:
        project, stack: where the backup is.
        name: a backup, for all that it holds, or a component that one holds.
        progress: where it is said what is done.
        to: the moment. None: the newest.
        into: the name of the new server, of one component. None: the target's own.

    Raises:
        ConfigError: there is no such backup; or something of that name is there already.
        BackupError, ToolError: the copy is not what it should be, or there is none of that time; or the target restores
            one of them by its own commands alone, and none was begun.
    """
    held, components = backups.find(project, stack, name, progress)
    if into and len(components) > 1:
        raise ConfigError(
            f"--into {into}: {name} holds {', '.join(components)}; name the one that is meant: "
            f"infra-kit restore {components[0]} --into {into}"
        )
    made, backup = held.by_hand, held.backup
    names = {it: into or made.new_name(backup, it) for it in components}
    with locks.hold(project, stack):
        return [made.into(backup, it, to, called) for it, called in names.items()]


def over(
    project: Project, stack: str, name: str, progress: Progress, *, to: datetime | None, lose: Sequence[str]
) -> Sequence[Restored]:
    """Restores over the servers themselves; what a database held is kept aside.

    Args:
        project, stack, name, progress, to: as for `beside`.
        lose: the components, each named once more.

    Raises:
        ConfigError: what the target has is never restored over.
        DataLossRefusedError: one of them is not named, or more than these are. Nothing was changed.
    """
    held, components = backups.find(project, stack, name, progress)
    if held.never_over:
        raise ConfigError(f"--over: {held.never_over}. Nothing was changed. Leave --over out.")
    if sorted(lose) != sorted(components):
        told_twice = " ".join(f"--yes-lose {it}" for it in components)
        raise DataLossRefusedError(
            f"what {', '.join(components)} holds now would be replaced. Nothing was changed. To look at the copy "
            f"first: infra-kit restore {name}. If that is what you want, name each once more: --over {told_twice}"
        )
    with locks.hold(project, stack):
        return [held.by_hand.over(held.backup, it, to) for it in components]


def moment(text: str) -> datetime:
    """`2026-11-26T10:15` or `2026-11-26 10:15:00+02:00`; without an offset it is UTC. Raises `ConfigError`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--to: given {text!r}; a time is needed, e.g. 2026-11-26T10:15 (UTC)") from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time > datetime.now(UTC):
        raise ConfigError(f"--to: given {text!r}, which is to come; a time of the past is needed. It is read as UTC.")
    return time

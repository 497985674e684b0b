"""Restoring what a Backup holds: beside what runs, or over it when told twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from infra_kit.engine import backups, locks
from infra_kit.engine.backups import Restored
from infra_kit.engine.connections import Connection
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError, DataLossRefusedError


@dataclass(frozen=True)
class Moment:
    """What is gone back to."""

    to: datetime | None = None
    """None: the newest there is."""
    or_latest: bool = False
    """Where what is kept does not reach it, the latest will do."""


def beside(
    project: Project, stack: str, name: str, progress: Progress, *, at: Moment, into: str | None
) -> Sequence[tuple[Restored, Connection]]:
    """Restores into new servers, which run when this returns, and says how to connect to each.

    Args:
        project, stack: where the backup is.
        name: a backup, for all that it holds, or a component that one holds.
        progress: where it is said what is done.
        at: the moment.
        into: the name of the new server, of one component. None: the target's own.

    Raises:
        ConfigError: there is no such backup; or something of that name is there already.
        BackupError, ToolError: the copy is not what it should be, or there is none of that time, or the log does not
            reach it; or the target restores one of them by its own commands alone, and none was begun.
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
        done = [made.into(backup, it, at.to, called, or_latest=at.or_latest) for it, called in names.items()]
    return [(it, held.connection(it)) for it in done]


def over(
    project: Project, stack: str, name: str, progress: Progress, *, at: Moment, lose: Sequence[str]
) -> Sequence[Restored]:
    """Restores over the servers themselves; what a database held is kept aside.

    Args:
        project, stack, name, progress, at: as for `beside`.
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
        return [held.by_hand.over(held.backup, it, at.to, or_latest=at.or_latest) for it in components]


def remove(project: Project, stack: str, name: str, progress: Progress) -> None:
    """Deletes what was restored beside the stack's own, and nothing else.

    Raises:
        ConfigError: there is none of that name; or it is the stack's own; or the target's own command deletes it.
    """
    with locks.hold(project, stack):
        if not any(held.by_hand.remove(held.backup, name) for held in backups.every(project, stack, progress)):
            raise ConfigError(f"{stack} has no copy {name!r} that was restored beside its own.")


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

"""Restoring what a Backup holds: beside what runs, or over it when told twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from infra_kit.engine import backups, locks, side_copies
from infra_kit.engine.connections import Connection
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError, DataLossRefusedError
from infra_kit.naming import LEGAL
from infra_kit.providers.common.by_hand import Restored

LONGEST = 63
"""Characters of a copy's name, as RDS has it
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.Constraints)."""


@dataclass(frozen=True)
class Moment:
    """What is gone back to."""

    to: datetime | None = None
    """None: the newest there is."""
    or_latest: bool = False
    """Where what is kept does not reach it, the latest will do."""


def beside(
    project: Project, stack: str, name: str, progress: Progress, *, at: Moment, into: str | None
) -> Iterator[tuple[Restored, Connection]]:
    """Restores into new servers, and says how to connect to each as soon as it runs: where a later one fails, those
    before stay.

    Args:
        project, stack: where the backup is.
        name: a backup, for all that it holds, or a component that one holds.
        progress: where it is said what is done.
        at: the moment.
        into: the name of the new server, of one component. None: the target's own.

    Raises:
        ConfigError: there is no such backup; or something of that name is there already; or nothing is called so.
        BackupError, ToolError: the copy is not what it should be, or there is none of that time, or the log does not
            reach it; or the target restores one of them by its own commands alone, and none was begun.
    """
    if into:
        _check_name("--into", into)
    held, components = backups.find(project, stack, name, progress)
    if into and len(components) > 1:
        raise ConfigError(
            f"--into {into}: {name} holds {', '.join(components)}; name the one that is meant: "
            f"infra-kit restore {components[0]} --into {into}"
        )
    made, backup = held.by_hand, held.backup
    names = {it: into or made.new_name(backup, it) for it in components}
    with locks.hold(project, stack):
        for component, called in names.items():
            restored = made.into(backup, component, at.to, called, or_latest=at.or_latest)
            yield restored, held.connection(restored)


def over(
    project: Project, stack: str, name: str, progress: Progress, *, at: Moment, lose: Sequence[str]
) -> Iterator[Restored]:
    """Restores over the servers themselves, and says of each what came of it as soon as it is done; what a database
    held is kept aside. Before the first is replaced, the moment of all is looked for; where a later one fails all the
    same, those before are replaced.

    Args:
        project, stack, name, progress, at: as for `beside`.
        lose: the components, each named once more.

    Raises:
        ConfigError: what the target has is never restored over.
        DataLossRefusedError: one of them is not named, or more than these are. Nothing was changed.
        BackupError, ToolError: as for `beside`.
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
    for component in components:
        held.check_over(component)
    with locks.hold(project, stack):
        for component in components:
            held.check_moment(component, at.to, or_latest=at.or_latest)
        for component in components:
            yield held.by_hand.over(held.backup, component, at.to, or_latest=at.or_latest)


def remove(project: Project, stack: str, name: str, progress: Progress) -> None:
    """Deletes what was restored beside the stack's own, and nothing else.

    Raises:
        ConfigError: there is none of that name; or it is the stack's own; or the target's own command deletes it.
    """
    _check_name("--remove", name)
    refused: ConfigError | None = None
    with locks.hold(project, stack):
        if side_copies.remove(project, stack, name):
            return
        for held in backups.every(project, stack, progress):
            try:
                if held.by_hand.remove(held.backup, name):
                    return
            except ConfigError as error:  # another one may have made it
                refused = refused or error
    raise refused or ConfigError(f"{stack} has no copy {name!r} that was restored beside its own.")


def _check_name(option: str, name: str) -> None:
    """A copy is called as components are, on each target: a path would lead out of the stack's folder, and a shell or
    Docker would take other signs for theirs."""
    if len(name) > LONGEST or not LEGAL.fullmatch(name):
        raise ConfigError(
            f"{option}: given {name!r}; at most {LONGEST} lower-case letters, digits and single hyphens are needed, "
            "and a letter first, e.g. db-then."
        )


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

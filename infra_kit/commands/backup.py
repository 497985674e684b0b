"""infra-kit backup: a copy now, e.g. before a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from infra_kit.commands.common import AsJson, StackName, chosen_stack, print_json, print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import is_on
from infra_kit.errors import BackupError, ToolError

FIRST = "backup-first"
What = Annotated[str, typer.Argument(metavar="NAME", help="A Backup.")]
BackupFirst = Annotated[
    list[str] | None,
    typer.Option("--backup-first", metavar="NAME", help="A Backup of which a copy is taken before. Repeatable."),
]
NoBackupFirst = Annotated[
    bool, typer.Option("--no-backup-first", help="None of the copies that infra-kit:backup-first asks for.")
]
TakeOver = Annotated[
    bool,
    typer.Option("--take-over", help="Copies of another machine's Backup are in its place: they are this one's now."),
]


def backup(name: What, stack: StackName = None, *, take_over: TakeOver = False, as_json: AsJson = False) -> None:
    """Take a copy of what a Backup holds now, and wait until it is whole."""
    from infra_kit.engine import backups  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    project, progress = Project.find(), Progress()
    there = chosen_stack(project, stack, progress)
    with progress.step(f"Backing up {name}", long=True):
        made = backups.take(project, there, name, progress, take_over=take_over)
    if as_json:
        print_json([{**vars(it), "at": it.at.isoformat()} for it in made])
        return
    shown = table("component", "copied to", "as of (UTC)", "size", "took", right=["size"], whole=["copied to"])
    for it in made:
        shown.add_row(it.component, it.where, f"{it.at:%Y-%m-%d %H:%M:%S}", size(it.size), duration(it.seconds))
    print_whole(shown)


def copy_first(
    project: Project, stack: str, names: Sequence[str], progress: Progress, *, named_only: bool = False
) -> None:
    """Copies before a release, which does not begin where one fails: of these Backups, and of all of the stack where
    its configuration says so, unless `named_only`."""
    of_all = is_on(project, stack, FIRST) and not named_only
    if not names and not of_all:
        return
    from infra_kit.engine import backups  # noqa: PLC0415  as above

    for name in dict.fromkeys(names):
        _copy(project, stack, name, progress)
    for name in backups.holding(project, stack, progress) if of_all else []:
        if name not in names:
            _copy_as_configured(project, stack, name, progress)


def _copy_as_configured(project: Project, stack: str, name: str, progress: Progress) -> None:
    """What is stopped, this very `up` would start: it is no fault that it cannot be copied before."""
    from infra_kit.engine import backups  # noqa: PLC0415  as above

    if stopped := backups.stopped(project, stack, name, progress):
        progress.warn(
            f"{name}: no copy is taken before: {', '.join(stopped)} not running. This `up` starts what is stopped."
        )
        return
    try:
        _copy(project, stack, name, progress)
    except (BackupError, ToolError) as error:
        raise BackupError(
            "first",
            f"{error}\nNothing was begun: infra-kit:{FIRST} asks for a copy of {name} before each up. To go on without "
            "one: infra-kit up --no-backup-first.",
        ) from error


def _copy(project: Project, stack: str, name: str, progress: Progress) -> None:
    from infra_kit.engine import backups  # noqa: PLC0415  as above

    with progress.step(f"Backing up {name}", long=True):
        made = backups.take_before(project, stack, name, progress)
    for it in made:
        progress.note(f"    {it.component}: {size(it.size)} in {it.where}")


def size(count: int | None) -> str:
    """Bytes, for people."""
    if count is None:
        return "not told"
    value, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while value >= 1000 and unit != "TB":
        value, unit = value / 1000, next(units)
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"

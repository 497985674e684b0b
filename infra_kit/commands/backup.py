"""infra-kit backup: a copy now, e.g. before a release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from infra_kit.commands.common import AsJson, print_json, print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose, is_on

FIRST = "backup-first"
What = Annotated[str, typer.Argument(metavar="NAME", help="A Backup.")]
BackupFirst = Annotated[
    list[str] | None,
    typer.Option("--backup-first", metavar="NAME", help="A Backup of which a copy is taken before. Repeatable."),
]
StackName = Annotated[
    str | None, typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one.")
]


def backup(name: What, stack: StackName = None, *, as_json: AsJson = False) -> None:
    """Take a copy of what a Backup holds now, and wait until it is whole."""
    from infra_kit.engine import backups  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    project, progress = Project.find(), Progress()
    with progress.step(f"Backing up {name}", long=True):
        made = backups.take(project, choose(project, stack), name, progress)
    if as_json:
        print_json([{**vars(it), "at": it.at.isoformat()} for it in made])
        return
    shown = table("component", "copied to", "as of (UTC)", "size", "took", right=["size"], whole=["copied to"])
    for it in made:
        shown.add_row(it.component, it.where, f"{it.at:%Y-%m-%d %H:%M:%S}", size(it.size), duration(it.seconds))
    print_whole(shown)


def copy_first(project: Project, stack: str, names: Sequence[str], progress: Progress) -> None:
    """Copies before a release, which does not begin where one fails: of these Backups, and of all of the stack where
    its configuration says so."""
    of_all = is_on(project, stack, FIRST)
    if not names and not of_all:
        return
    from infra_kit.engine import backups  # noqa: PLC0415  as above

    every = backups.holding(project, stack, progress) if of_all else []
    for name in dict.fromkeys([*names, *every]):
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

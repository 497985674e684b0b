"""What several commands share: their options, how a plan is asked for, how a table is printed."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from infra_kit.engine import pulumi_cli
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack, choose

if TYPE_CHECKING:
    from infra_kit.planning.bill import Limit
    from infra_kit.planning.programs import Planned

StackName = Annotated[
    str | None,
    typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one, or the selected one."),
]
DoomedStack = Annotated[
    str | None,
    typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one, if there is one only."),
]
"""Of what is destroyed: the one that was selected last is not meant by that."""
PlannedStack = Annotated[
    str | None, typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one.")
]
"""Of what is planned offline: which one is selected, only the engine knows."""


def settings_of(given: list[str] | None) -> list[str] | None:
    """What `--set` takes, in its form; whether something reads it, only the project says."""
    for each in given or ():
        key, separator, _ = each.partition("=")
        if not separator or ":" not in key:
            raise typer.BadParameter(f"{each}: <namespace>:<key>=<value> is needed, e.g. --set infra-kit:phase=2.")
    return given


Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        callback=settings_of,
        help="Over the stack's configuration, e.g. infra-kit:phase=2. A dot leads into a mapping. Repeatable.",
    ),
]
Recorded = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="JSON with what provider functions (`calls`) and other stacks (`references`) answer; else it is made up.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def chosen_stack(project: Project, asked: str | None, progress: Progress) -> str:
    """The stack that is asked for, else the only one, else the one of the last `up`, which is said."""
    if asked or len(project.stacks()) < 2:
        return choose(project, asked)
    name = choose(project, None, Stack(project, "", pulumi_cli.ensure(progress)).selected())
    progress.note(f"The selected stack: {name}")
    return name


def planned(stack: str | None, settings: Sequence[str] | None = None, recorded: Path | None = None) -> Planned:
    """The stack as its program makes it, offline."""
    from infra_kit.planning import answers, programs  # noqa: PLC0415  `up` and `status` do without

    project = Project.find()
    name = choose(project, stack)
    return programs.plan(project, name, settings or (), answers.read(recorded) if recorded else None)


def print_json(value: object) -> None:
    """Prints a result as JSON."""
    print(as_json(value), end="")


def as_json(value: object) -> str:
    """A result as JSON, fields under their own names; amounts of money as texts, which lose nothing."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False) + "\n"


def _properties(kind: type) -> list[str]:
    """What a result says beyond its fields: totals, what is open, what nobody has priced."""
    return [name for name, member in vars(kind).items() if isinstance(member, property) and not name.startswith("_")]


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        told = [*(field.name for field in fields(value)), *_properties(type(value))]
        return {name: _plain(getattr(value, name)) for name in told}
    match value:
        case IntEnum():
            return value.name.lower()
        case Enum():
            return value.value
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
        case Decimal() | date() | Path():
            return str(value)
    return value


def table(*columns: str, right: Sequence[str] = (), whole: Sequence[str] = ()) -> Table:
    """An empty table; the columns of `right` are figures, what stands in those of `whole` is never broken."""
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in right else "left"
        made.add_column(column, overflow="fold", justify=justify, no_wrap=column in whole)
    return made


def print_whole(drawn: RenderableType) -> None:
    """Prints a table or a tree without blanks at the ends of its lines."""
    console = out()
    with console.capture() as captured:
        console.print(drawn)
    print(*(line.rstrip() for line in captured.get().splitlines()), sep="\n")


def print_list(console: Console, title: str, lines: Iterable[str]) -> None:
    """Prints lines below a title, if there are any."""
    listed = [("•", escape(line)) for line in lines]
    if listed:
        console.print(f"\n[bold]{title}[/]")
        print_rows(console, listed)


def print_rows(console: Console, rows: Iterable[tuple[str, str]]) -> None:
    """Prints markup, each behind its number or bullet: on a terminal it goes on below its beginning, else unbroken."""
    for lead, text in rows:
        if console.is_terminal and "://" not in text:  # an address is never broken, nor cut
            grid = Table.grid(padding=(0, 1, 0, 0))
            grid.add_column()
            grid.add_column(overflow="fold")
            grid.add_row(f"  {lead}", text)
            console.print(grid)
        else:
            console.print(f"  {lead} {text}", soft_wrap=True)


def budget(limit: Limit, currency: str) -> str:
    """Markup: whether a month's budget is kept; where something has no price, nobody can say that it is."""
    said = f"{escape(limit.said_by)}: {money(limit.monthly)} {currency} a month"
    if limit.undecided:
        return f"[yellow]undecided[/] {said}: {money(limit.priced)} by what has a price, and {limit.unpriced} unpriced"
    return f"{'[red]over[/]' if limit.over else '[green]within[/]'} {said}"


def money(amount: Decimal | None) -> str:
    """An amount as every command prints it."""
    return f"{amount or Decimal(0):,.2f}"


def age(stale: int) -> str:
    """Markup: how many prices are old."""
    return f"[yellow]Lines whose price is older than 180 days: {stale}.[/] A newer infra-kit may know better."


def own_name() -> str:
    """How the user can call this program again: by its name only if PATH has it."""
    return "infra-kit" if shutil.which("infra-kit") else os.path.relpath(sys.argv[0])


def out() -> Console:
    """Standard output: as wide as the terminal, and unbroken lines where it is none."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)

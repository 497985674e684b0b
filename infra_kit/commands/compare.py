"""`infra-kit compare`: one stack in several places, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit.commands import common
from infra_kit.commands.common import AsJson, PlannedStack, Recorded
from infra_kit.commands.footnotes import Footnotes
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose
from infra_kit.errors import ConfigError

if TYPE_CHECKING:
    from infra_kit.planning.compare import Column

Places = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        callback=common.settings_of,
        help="A key set more than once gives the places: --set infra-kit:target=vps --set infra-kit:target=aws. "
        "Regions set as often as targets are theirs, in their order.",
    ),
]


def compare(places: Places, stack: PlannedStack = None, answers: Recorded = None, *, as_json: AsJson = False) -> None:
    """Show one stack in several places side by side: cost, lock-in, gaps, availability, latency."""
    from infra_kit.planning import answers as recorded  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import compare as comparing  # noqa: PLC0415

    project = Project.find()
    given = recorded.read(answers) if answers else None
    columns = comparing.compare(project, choose(project, stack), places, given)
    if len(columns) < 2:
        raise ConfigError(
            "compare: one place is given, two are needed: set a key twice, e.g. "
            "--set infra-kit:target=vps --set infra-kit:target=aws."
        )
    if as_json:
        common.print_json(columns)
    else:
        _print(columns, common.out())
    if any(column.problem for column in columns):
        raise typer.Exit(1)


def _print(columns: tuple[Column, ...], console: Console) -> None:
    sources = Footnotes()
    drawn = common.table("", *(" ".join(column.settings) for column in columns))
    rows: dict[str, Callable[[Column], str]] = {
        "cost a month": lambda it: (
            f"{common.money(it.monthly)} {it.currency}" + (f" + {it.unpriced} unpriced" if it.unpriced else "")
        ),
        "resources": lambda it: str(it.resources),
        "lock-in": lambda it: f"{it.lock_in:.1f} of 10" + (f", {it.unscored} unscored" if it.unscored else ""),
        "availability": _availability,
        "latency": lambda it: it.latency.replace(", ", ",\n"),
        "gaps": lambda it: "\n".join(f"{name}: {', '.join(gaps)}" for name, gaps in it.gaps.items()) or "none",
    }
    for title, cell in rows.items():
        marks = [_promised(column, sources) if title == "availability" else "" for column in columns]
        cells = zip(columns, marks, strict=True)
        drawn.add_row(title, *("-" if it.problem else f"{escape(cell(it))}{mark}" for it, mark in cells))
    console.print(drawn)
    for column in columns:
        where = " ".join(column.settings)
        if column.problem:
            console.print(f"\n[red]{where}[/]: {escape(column.problem)}", soft_wrap=True)
        for each in column.assumed:
            console.print(f"[dim]{where}: assumed: {escape(each)}[/]", soft_wrap=True)
    sources.print(console)


def _promised(column: Column, sources: Footnotes) -> str:
    marks = sources.mark(*(it.source for it in column.availability.promises.values()))
    return f"\n{marks}" if marks else ""


def _availability(column: Column) -> str:
    found = column.availability
    if found.percent is None:
        named = ", ".join(found.unpromised)
        return f"promised by nobody:\n{named}" if named else "promised by nobody"
    return f"{found.percent:g} %, {found.hours_a_year:g} h a year\nweakest: {found.weakest}"

"""`infra-kit transition`: from what a stack is to what it would be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit.commands import common
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set
from infra_kit.commands.footnotes import Footnotes
from infra_kit.engine import guard
from infra_kit.engine.display import Progress
from infra_kit.engine.guard import holds_data
from infra_kit.engine.operations import Step
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose

if TYPE_CHECKING:
    from infra_kit.planning.changes import Change
    from infra_kit.planning.moves import Move
    from infra_kit.planning.transition import Transition

Before = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="A plan saved by `infra-kit plan --save`. Default: the stack's file."),
]
AllowDelete = Annotated[
    list[str] | None,
    typer.Option("--allow-delete", metavar="NAME", help="A component whose data may be lost. Repeatable."),
]

Engine = Annotated[
    bool, typer.Option("--engine", help="Ask Pulumi's engine and its plugins too, of the stack as it stands.")
]


def transition(
    stack: PlannedStack = None,
    settings: Set = None,
    before: Before = None,
    allow_delete: AllowDelete = None,
    answers: Recorded = None,
    *,
    engine: Engine = False,
    as_json: AsJson = False,
) -> None:
    """Show what a step changes, what it does to the data, its cost, the way back. Exit code 3: data would be lost."""
    from infra_kit.planning import saved  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import transition as transitions  # noqa: PLC0415

    old = saved.read(before) if before else common.planned(stack, (), answers)
    after = common.planned(stack, settings, answers)
    found = transitions.transition(old, after)
    compared = bool(before or settings)
    guard.check_names(allow_delete or (), found.names, after.stack)
    if as_json:
        common.print_json(found)
    else:
        _print(found, common.out(), compared=compared)
    previewed = _ask_engine(found, stack, settings or ()) if engine else ()
    transitions.check(found, allow_delete or ())
    guard.check(previewed, allow_delete or ())
    warned = transitions.warnings(found, previewed, allow_delete or ())
    for each in warned:
        Progress().warn(each)
    if not as_json and not found.beside and (compared or previewed):
        common.out().print(f"\n{_verdict(found, previewed, allow_delete or (), known=not warned)}")


def _verdict(found: Transition, previewed: Sequence[Step], allowed: Sequence[str], *, known: bool) -> str:
    """That the guard lets it through, and why: of all that holds data, somebody has to know what becomes of it."""
    asked = {step.urn for step in previewed}
    unknown = [change.resource for change in found.unsure if change.resource.urn not in asked]
    unnamed = sorted(it.name for it in unknown if not {it.name, it.component} & set(allowed))
    if unnamed:
        ways = "ask the engine (`--engine`), or name what may be lost (`--allow-delete`)"
        return f"Not known: whether {', '.join(unnamed)} would be replaced; {ways}."
    lost = found.losses or unknown or any(map(guard.loses, previewed))
    nothing = "nothing that holds data" if known else "nothing that is known to hold data"
    why = "what would be lost is allowed" if lost else f"{nothing} is replaced or deleted"
    return f"The guard lets `infra-kit up` through: {why}."


def _ask_engine(found: Transition, stack: str | None, settings: Sequence[str]) -> Sequence[Step]:
    """What the engine would do, told where it differs: it is refused too where it would lose data."""
    from infra_kit.planning import preview  # noqa: PLC0415

    project, progress = Project.find(), Progress()
    previewed = preview.steps(project, choose(project, stack), settings, progress)
    said = preview.disagreements(found, previewed)
    for each in said:
        progress.warn(each)
    if not said:
        held = any(holds_data(step.type, step.inputs) for step in previewed)
        of_it = "says the same of all" if held else "has previewed nothing"
        progress.note(f"Pulumi's engine {of_it} that holds data.")
    return previewed


_UNCOMPARED = (
    "Nothing was compared: the program is held against itself. Say what changes (`--set`), or from which plan "
    "(`--from`); or ask the engine (`--engine`)."
)


def _print(found: Transition, console: Console, *, compared: bool) -> None:
    from infra_kit.planning.changes import Fate  # noqa: PLC0415

    console.print(f"[bold]From[/] {found.before}\n[bold]to[/]   {found.after}\n")
    if found.beside:
        console.print(
            "They are two stacks, which stand side by side: `up` of the one leaves the other as it is. What goes below "
            f"goes with `infra-kit down --stack {found.beside}`, when nobody asks for it any more.\n"
        )
    changed = {Fate.CREATED: "green", Fate.CHANGED: "yellow", Fate.UNSURE: "yellow"}
    colours = {**changed, Fate.REPLACED: "red", Fate.DELETED: "red"}
    for fate, colour in {**colours, Fate.FORGOTTEN: "yellow"}.items():
        changes = found.of(fate)
        if changes:
            console.print(f"[{colour}]{len(changes)} {fate}[/]")
            _print_changes(changes, console)
    if not found.of(*colours, Fate.FORGOTTEN):
        console.print("Nothing changes." if compared else _UNCOMPARED)
    sources = Footnotes()
    for move in found.moves:
        _print_move(move, console, sources)
    if len(found.moves) > 1:
        console.print("\n[bold]In this order[/]")
        common.print_rows(console, [(f"{number}.", escape(each)) for number, each in enumerate(found.order, 1)])
    before, after = common.money(found.monthly_before), common.money(found.monthly_after)
    console.print(
        f"\nCost: {before} → [bold]{after} {found.currency}[/] a month "
        f"({found.monthly_after - found.monthly_before:+,.2f}){_unpriced(*found.unpriced)}"
    )
    for limit in found.budgets:
        console.print(common.budget(limit, found.currency))
    common.print_list(console, "Assumed", found.assumed)
    sources.print(console)


def _print_changes(changes: Sequence[Change], console: Console) -> None:
    by_component: dict[str, list[str]] = {}
    for change in changes:
        holds = " [bold]holds data[/]" if change.stateful else ""
        said = f"[dim]{escape(change.resource.name + _keys(change))}[/]{holds}"
        by_component.setdefault(change.resource.component, []).append(said)
    rows = [(f"{component or 'beside the components'}:", ", ".join(said)) for component, said in by_component.items()]
    common.print_rows(console, rows)


def _keys(change: Change) -> str:
    """The inputs that differ; of what holds data, from what to what, where that is short enough to be read."""
    if not (change.keys and change.stateful):
        return f" ({', '.join(change.keys)})" if change.keys else ""
    return f" ({', '.join(change.told or change.keys)})"


def _print_move(move: Move, console: Console, sources: Footnotes) -> None:
    way = move.way
    pause = f", {way.pause}" if way.pause else ""
    only = f" ({', '.join(move.resources)})" if way.lets_go else ""
    said = f"[bold]{way.how}[/]{pause} {sources.mark(way.source)}".rstrip()
    console.print(f"\n[bold]{move.component}[/] {move.kind}{only}: {said}")
    rows = [("Why:", f"[dim]{sources.cite(move.why)}[/]")]
    rows += [(f"{number}.", sources.cite(each)) for number, each in enumerate(way.steps, 1)]
    common.print_rows(console, [*rows, *(("Back:", sources.cite(each)) for each in way.back)])


def _unpriced(before: int, after: int) -> str:
    """Of the plan before, and of the one after."""
    if not (before or after):
        return ""
    return f"; without {_lines(before)} before and {_lines(after)} after, which nobody here has a price of"


def _lines(count: int) -> str:
    return f"{count or 'no'} line{'' if count == 1 else 's'}"

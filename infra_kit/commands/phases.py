"""`infra-kit phases`: all phases of a system side by side, and which one fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit.commands import common
from infra_kit.commands.common import AsJson, Recorded
from infra_kit.engine.project import Project

if TYPE_CHECKING:
    from infra_kit.planning.phases import Phase


def _figures(given: list[str] | None) -> list[str] | None:
    for each in given or ():
        _figure(each)
    return given


def _figure(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        said = f"{text}: <figure>=<number> is needed, e.g. --now users_a_month=1200."
        raise typer.BadParameter(said) from None


System = Annotated[
    str | None,
    typer.Option("--system", metavar="NAME", help="Of several in one project: the folder of its phases.yaml."),
]
Now = Annotated[
    list[str] | None,
    typer.Option(
        "--now",
        metavar="FIGURE=VALUE",
        callback=_figures,
        help="A current figure, e.g. users_a_month=1200. Repeatable.",
    ),
]


def phases(system: System = None, now: Now = None, answers: Recorded = None, *, as_json: AsJson = False) -> None:
    """Show all phases side by side: components, cost, until when each is enough; with figures, which one fits."""
    from infra_kit.planning import answers as recorded  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import phases as planning  # noqa: PLC0415

    project, figures = Project.find(), dict(map(_figure, now or ()))
    described = planning.descriptions(project, system)
    fits = planning.fitting(described, figures) if figures else ()
    missing = planning.unsaid(described, figures) if figures else []
    found = planning.phases(project, system, recorded.read(answers) if answers else None)
    if as_json:
        over = {phase.name: planning.passed(phase, figures) for phase in found}
        common.print_json({"phases": found, "fits": fits, "passed": over, "not_given": missing})
        return
    console = common.out()
    _print(found, console)
    if figures:
        _print_fitting(fits, {phase.name: planning.passed(phase, figures) for phase in found}, missing, console)
    common.print_list(console, "Assumed", dict.fromkeys(each for phase in found for each in phase.assumed))
    if stale := max(phase.stale for phase in found):
        console.print(f"\n{common.age(stale)}")


def _print_fitting(
    fits: Sequence[str], over: Mapping[str, Sequence[str]], missing: Sequence[str], console: Console
) -> None:
    named = " or ".join(f"phase {name}" for name in fits) or "none: the figures are beyond the last phase"
    console.print(f"\nWhat fits: [bold]{named}[/]")
    if len(fits) > 1:
        console.print(f"  of phase {', '.join(fits[:-1])} nobody has said until when it is enough")
    for name, said in over.items():
        if said:
            console.print(f"  phase {name} is no longer enough: {', '.join(said)}")
    if missing:
        console.print(f"  [dim]not given, and counted as 0: {', '.join(missing)}[/]")


def _print(found: tuple[Phase, ...], console: Console) -> None:
    drawn = common.table("", *(f"phase {phase.name}\n{phase.title}" for phase in found))
    drawn.add_row("cost a month", *map(_cost, found))
    drawn.add_row("resources", *(str(phase.resources) for phase in found))
    drawn.add_row("enough until", *map(_until, found))
    names = dict.fromkeys(name for phase in found for name in phase.components)
    for name in names:
        drawn.add_row(name, *(phase.components.get(name, "") for phase in found))
    console.print(drawn)


def _cost(phase: Phase) -> str:
    unpriced = f" + {phase.unpriced} unpriced" if phase.unpriced else ""
    return f"{common.money(phase.monthly)} {phase.currency}{unpriced}"


def _until(phase: Phase) -> str:
    figures = [f"{key.replace('_', ' ')} > {most:,.0f}" for key, most in phase.until.items()]
    return escape("\n".join([*figures, *phase.signals])) or "nobody has said"

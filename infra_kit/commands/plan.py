"""`infra-kit plan`: what a stack would be, before anything of it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from infra_kit.commands import common, plan_tree
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set
from infra_kit.commands.footnotes import Footnotes
from infra_kit.counts import counted

if TYPE_CHECKING:
    from infra_kit.planning.deployment import Deployment
    from infra_kit.planning.overview import Overview

Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Keep the plan in a file, for `infra-kit transition --from FILE`."),
]
Brief = Annotated[bool, typer.Option("--brief", help="Components only, each with how many resources it has.")]


def plan(
    stack: PlannedStack = None,
    settings: Set = None,
    save: Save = None,
    answers: Recorded = None,
    *,
    brief: Brief = False,
    as_json: AsJson = False,
) -> None:
    """Show what a stack would be: resources by component, sizes and why, cost, time. Offline; nothing is changed."""
    from infra_kit.planning import saved  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning.overview import overview  # noqa: PLC0415

    planned = common.planned(stack, settings, answers)
    seen = overview(planned)
    if save:
        saved.write(planned, save)
    if as_json:
        common.print_json(seen)
    else:
        _print(seen, brief=brief)


def _print(seen: Overview, *, brief: bool) -> None:
    console, sources = common.out(), Footnotes()
    common.print_whole(plan_tree.drawn(seen, brief=brief))
    console.print(f"\n{counted(seen.size, 'resource')}, {_money(seen)}")
    for why in seen.costs.misplaced:
        console.print(f"[yellow]Unpriced:[/] {escape(why)}")
    for limit in seen.budgets:
        console.print(common.budget(limit, seen.costs.currency))
    open_ = len(seen.lock_in.unscored)
    unscored = f", and {counted(open_, 'type')} unscored" if open_ else ""
    console.print(f"Lock-in {seen.lock_in.total:.1f} of 10{unscored} (`infra-kit lock-in`); {_findings(seen)}")
    console.print(_time(seen.deployment, sources))
    common.print_list(console, "Noted", _noted(seen))
    common.print_list(console, "Assumed", [*seen.assumed, *_usage(seen), *_taken_for_granted(seen.deployment)])
    sources.print(console)
    if stale := seen.costs.stale():
        console.print(f"\n{common.age(stale)}")


def _findings(seen: Overview) -> str:
    counts = Counter(str(finding.severity) for finding in seen.audit.open)
    said = ", ".join(f"{number} {severity}" for severity, number in counts.items())
    return f"findings: {said} (`infra-kit audit`)" if said else "no findings"


def _noted(seen: Overview) -> Iterator[str]:
    """What the program warns of, but for what is left out: the tree has that below its component."""
    from infra_kit._gaps import left_out_note  # noqa: PLC0415  `up` and `status` do without

    told = {
        left_out_note(part.kind, part.name, feature, why)
        for part in seen.parts
        for feature, why in part.left_out.items()
    }
    yield from (warning for warning in seen.warnings if warning not in told)


def _usage(seen: Overview) -> Iterator[str]:
    if any(item.assumed for item in seen.costs.items):
        yield "a month's usage, on which a part of the cost rests (`infra-kit cost` shows it)"


def _money(seen: Overview) -> str:
    unpriced = len(seen.costs.unpriced)
    more = f", and {unpriced} unpriced (`infra-kit cost` lists them)" if unpriced else ""
    return f"about [bold]{common.money(seen.costs.total)} {seen.costs.currency}[/] a month{more}"


def _time(deployment: Deployment, sources: Footnotes) -> str:
    if not deployment.chain:
        return "Nothing to deploy."
    shown = [step for step in deployment.chain if step.seconds * 100 >= deployment.seconds]
    rest = [step for step in deployment.chain if step not in shown and step.seconds]
    chain = " → ".join(f"{step.resource} {_duration(step.seconds)}{sources.mark(step.source)}" for step in shown)
    more = f"; and {len(rest)} more, {_duration(sum(step.seconds for step in rest))}" if rest else ""
    return f"A first deployment takes about {_duration(deployment.seconds)}: {chain}{more}"


def _taken_for_granted(deployment: Deployment) -> list[str]:
    """What the times rest on, each once."""
    return list(dict.fromkeys(f"{step.resource}: {step.assumed}" for step in deployment.chain if step.assumed))


def _duration(seconds: int) -> str:
    """Below five minutes to the second, so that the parts make the whole."""
    return f"{round(seconds / 60)} min" if seconds >= 300 else f"{seconds} s"

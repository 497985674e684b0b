"""`infra-kit lock-in`: how hard it would be to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit._installation import pip_install
from infra_kit.commands import common
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set

if TYPE_CHECKING:
    from infra_kit.planning.lock_in import LockIn, Score

Why = Annotated[bool, typer.Option("--why", help="Say each aspect of each component, with its reason.")]


def lock_in(
    stack: PlannedStack = None,
    settings: Set = None,
    answers: Recorded = None,
    *,
    why: Why = False,
    as_json: AsJson = False,
) -> None:
    """Score how hard it would be to leave, 0 to 10 (docs/lock-in.md), and say what would lower it most."""
    from infra_kit.planning import costs  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import lock_in as locking  # noqa: PLC0415

    planned = common.planned(stack, settings, answers)
    found = locking.lock_in(planned, costs.cost(planned))
    if as_json:
        common.print_json(found)
    else:
        _print(found, common.out(), why=why)


def _print(found: LockIn, console: Console, *, why: bool) -> None:
    drawn = common.table(
        "component", "type", "target", "score", "weight", "would be lower with", right=("score", "weight")
    )
    for score in sorted(found.scores, key=lambda it: -it.score * it.share):
        figures = f"{score.score:.1f}", f"{score.share:.0%}"
        drawn.add_row(score.component, score.kind, score.target, *figures, f"[dim]{escape(_said(score))}[/]")
    console.print(drawn)
    if why:
        _print_aspects(found.scores, console)
    console.print(f"\nThe stack: [bold]{found.total:.1f}[/] of 10{_unaccepted(found)}")
    console.print(_most(found), soft_wrap=True)
    if found.unscored:
        console.print(f"Unscored: {', '.join(found.unscored)}", soft_wrap=True)
    for name in found.not_looked_at:
        way = escape(pip_install(name))
        console.print(f"{name} is not installed here: scores may be lower than with it. {way}", soft_wrap=True)
    common.print_list(console, "Assumed", found.assumed)


def _said(score: Score) -> str:
    if score.accepted:
        return f"accepted: {score.accepted}"
    return f"{score.change.score:.1f}: {score.change.what}" if score.change else ""


def _most(found: LockIn) -> str:
    change = found.change
    if not change:
        beside = " beside what is accepted" if any(score.accepted for score in found.scores) else ""
        return f"Nothing that we know of{beside} would lower it."
    places = 1 if f"{change.before:.1f}" != f"{change.after:.1f}" else 2
    figures = f"{change.before:.{places}f} → {change.after:.{places}f}"
    return f"What would lower it most ({figures}): {change.component}: {escape(change.what)}"


def _print_aspects(scores: tuple[Score, ...], console: Console) -> None:
    for score in scores:
        console.print(f"\n[bold]{score.component}[/] {score.kind} on {score.target}: {score.score:.1f}")
        for aspect in score.aspects:
            source = f" [dim]({aspect.source})[/]" if aspect.source else ""
            console.print(f"  {aspect.name:<9}{aspect.score:>4.0f}  {escape(aspect.why)}{source}", soft_wrap=True)


def _unaccepted(found: LockIn) -> str:
    accepted = sum(bool(score.accepted) for score in found.scores)
    if not accepted:
        return ""
    return f"; without the {accepted} whose lock-in is accepted: [bold]{found.unaccepted:.1f}[/]"

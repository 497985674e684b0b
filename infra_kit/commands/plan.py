"""`infra-kit plan`: what a stack would be, before anything of it stands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from infra_kit.commands import common
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set

if TYPE_CHECKING:
    from infra_kit.planning.deployment import Deployment
    from infra_kit.planning.overview import Overview, Part

Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="Keep the plan in a file, for `infra-kit transition --from FILE`."),
]


def plan(
    stack: PlannedStack = None,
    settings: Set = None,
    save: Save = None,
    answers: Recorded = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a stack would be: components, sizes and why, cost, time. Offline; nothing is changed."""
    from infra_kit.planning import saved  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning.overview import overview  # noqa: PLC0415

    planned = common.planned(stack, settings, answers)
    seen = overview(planned)
    if save:
        saved.write(planned, save)
    if as_json:
        common.print_json(seen)
    else:
        _print(seen)


def _print(seen: Overview) -> None:
    phase = f", phase {seen.phase}" if seen.phase else ""
    tree = Tree(f"[bold]{seen.stack}[/]  {seen.target}, {seen.environment}{phase}", guide_style="dim")
    for part in seen.parts:
        _add(tree, part, seen)
    console = common.out()
    console.print(tree)
    console.print(f"\n{seen.size} resources, {_money(seen)}")
    unscored = f", and {len(seen.lock_in.unscored)} types unscored" if seen.lock_in.unscored else ""
    console.print(f"Lock-in {seen.lock_in.total:.1f} of 10{unscored} (`infra-kit lock-in`); {_findings(seen)}")
    console.print(_time(seen.deployment))
    for title, said in (("Noted", seen.warnings), ("Assumed", seen.assumed)):
        if said:
            console.print(f"\n[bold]{title}[/]")
            for each in said:
                console.print(f"  • {escape(each)}", soft_wrap=True)


def _add(tree: Tree, part: Part, seen: Overview) -> None:
    count = sum(part.resources.values())
    title = f"[bold]{part.name}[/] {part.kind}" if part.name else "[bold]beside the components[/]"
    where = f" on {part.target}" if part.target and part.target.partition(" ")[0] != seen.target else ""
    branch = tree.add(f"{title}{where}{_cost(part, seen)}{_marks(part)}  [dim]{_resources(count)}[/]")
    for note in part.notes:
        branch.add(f"[dim]{escape(note)}[/]")
    for feature, why in part.left_out.items():
        branch.add(f"[yellow]left out:[/] {escape(feature)} [dim]({escape(why)})[/]")
    if part.resources:
        branch.add(f"[dim]{', '.join(_counted(token, number) for token, number in sorted(part.resources.items()))}[/]")


def _marks(part: Part) -> str:
    lock_in = f"  [dim]lock-in {part.lock_in:.1f}[/]" if part.lock_in is not None else ""
    findings = f"  [yellow]{part.findings} finding{'s' if part.findings > 1 else ''}[/]" if part.findings else ""
    return lock_in + findings


def _findings(seen: Overview) -> str:
    counts = Counter(str(finding.severity) for finding in seen.audit.open)
    said = ", ".join(f"{number} {severity}" for severity, number in counts.items())
    return f"findings: {said} (`infra-kit audit`)" if said else "no findings"


def _counted(token: str, number: int) -> str:
    """`aws:ec2/subnet:Subnet` is `ec2.Subnet`, and three of them `3 ec2.Subnet`."""
    package, path, name = token.split(":")
    module = path.partition("/")[0]
    short = name if module == "index" else f"{package if package == 'pulumi' else module}.{name}"
    return f"{number} {short}" if number > 1 else short


def _cost(part: Part, seen: Overview) -> str:
    if not part.monthly and not part.unpriced:
        return ""
    unpriced = f" [yellow]+ {part.unpriced} unpriced[/]" if part.unpriced else ""
    return f"  {part.monthly:.2f} {seen.costs.currency} a month{unpriced}"


def _money(seen: Overview) -> str:
    unpriced = len(seen.costs.unpriced)
    more = f", and {unpriced} unpriced (`infra-kit cost` lists them)" if unpriced else ""
    return f"about [bold]{seen.costs.total:.2f} {seen.costs.currency}[/] a month{more}"


def _time(deployment: Deployment) -> str:
    if not deployment.chain:
        return "Nothing to deploy."
    longest = [step for step in deployment.chain if step.source]
    chain = " → ".join(f"{step.resource} {_duration(step.seconds)}" for step in longest)
    return f"A first deployment takes about {_duration(deployment.seconds)}{f': {chain}' if chain else ''}"


def _duration(seconds: int) -> str:
    return f"{round(seconds / 60)} min" if seconds >= 60 else f"{seconds} s"


def _resources(count: int) -> str:
    return f"{count} resource{'' if count == 1 else 's'}"

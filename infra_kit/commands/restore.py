"""infra-kit restore: what a backup holds, at a moment, beside what runs or over it."""

from __future__ import annotations

from typing import Annotated

import typer

from infra_kit.commands.common import print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose
from infra_kit.errors import ConfigError

What = Annotated[str, typer.Argument(metavar="NAME", help="A Backup, for all it holds, or a component of one.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601, UTC. Default: the newest.")]
Into = Annotated[
    str | None, typer.Option("--into", metavar="NAME", help="The new server. Default: <component>-restored.")
]
Over = Annotated[bool, typer.Option("--over", help="Replace what runs; each component named by --yes-lose too.")]
Lose = Annotated[
    list[str] | None, typer.Option("--yes-lose", metavar="NAME", help="A component to replace. Repeatable.")
]
StackName = Annotated[
    str | None, typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one.")
]


def restore(
    name: What,
    to: To = None,
    into: Into = None,
    stack: StackName = None,
    lose: Lose = None,
    *,
    over: Over = False,
) -> None:
    """Restore what a backup holds into new servers, as it was at a time; over what runs only when told twice."""
    from infra_kit.engine import restore as restoring  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    if over and into:
        raise ConfigError("--over and --into are two ways: say one of them.")
    if lose and not over:
        raise ConfigError("--yes-lose says what --over replaces; without it nothing is lost.")
    project, progress = Project.find(), Progress()
    chosen, moment = choose(project, stack), restoring.moment(to) if to else None
    with progress.step(f"Restoring {name}", long=True):
        made = (
            restoring.over(project, chosen, name, progress, to=moment, lose=lose or [])
            if over
            else restoring.beside(project, chosen, name, progress, to=moment, into=into)
        )
    shown = table("component", "restored into", "where", "as of (UTC)", "took", whole=["where"])
    for it in made:
        of = f"{it.of:%Y-%m-%d %H:%M:%S}" if it.of else "the newest"
        shown.add_row(it.component, it.name, it.address, of, duration(it.seconds))
    print_whole(shown)
    for it in made:
        print(f"{it.name}: {' '.join(it.says)}")

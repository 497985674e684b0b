"""infra-kit drill: proves now that what a backup holds can be restored."""

from __future__ import annotations

from typing import Annotated

import typer

from infra_kit.commands.common import AsJson, StackName, chosen_stack, print_json, print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project

What = Annotated[str, typer.Argument(metavar="NAME", help="A RestoreDrill.")]


def drill(name: What, stack: StackName = None, *, as_json: AsJson = False) -> None:
    """Restore the newest copies into a scratch place now, check them, and remove it; fails where one is not proven."""
    from infra_kit.engine import drills  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    project, progress = Project.find(), Progress()
    there = chosen_stack(project, stack, progress)
    with progress.step(f"Drilling {name}", long=True):
        proven = drills.prove(project, there, name, progress)
    if as_json:
        print_json([{**vars(it), "checks": list(it.checks), "of": it.of and it.of.isoformat()} for it in proven])
        return
    shown = table("component", "as of (UTC)", "proven by", "restored in", whole=["proven by"])
    for it in proven:
        of = f"{it.of:%Y-%m-%d %H:%M:%S}" if it.of else "the newest"
        shown.add_row(it.component, of, ", ".join(it.checks), duration(it.seconds))
    print_whole(shown)

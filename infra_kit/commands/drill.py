"""infra-kit drill: proves now that what a backup holds can be restored."""

from __future__ import annotations

from typing import Annotated

import typer

from infra_kit.commands.common import AsJson, print_json, print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose

What = Annotated[str, typer.Argument(metavar="NAME", help="A RestoreDrill.")]
StackName = Annotated[
    str | None, typer.Option("--stack", "-s", envvar="STACK", metavar="NAME", help="Default: the only one.")
]


def drill(name: What, stack: StackName = None, *, as_json: AsJson = False) -> None:
    """Restore the newest copies into a scratch place now, check them, and remove it; fails where one is not proven."""
    from infra_kit.engine import drills  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    project, progress = Project.find(), Progress()
    with progress.step(f"Drilling {name}", long=True):
        proven = drills.prove(project, choose(project, stack), name, progress)
    if as_json:
        print_json([{**vars(it), "checks": list(it.checks)} for it in proven])
        return
    shown = table("component", "proven by", "restored in", whole=["proven by"])
    for it in proven:
        shown.add_row(it.component, ", ".join(it.checks), duration(it.seconds))
    print_whole(shown)

"""infra-kit expire: previews that nobody deployed for long go, each pull request's with all that it made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from infra_kit.engine import numbered
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project


def _time(text: str) -> timedelta:
    from infra_kit.durations import seconds  # noqa: PLC0415  no other command needs it, nor what it takes

    try:
        return timedelta(seconds=seconds(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}, given {text!r}.") from None


Template = Annotated[str, typer.Argument(metavar="TEMPLATE", help="shop-preview, of shop-preview-123.")]
After = Annotated[timedelta, typer.Option("--after", metavar="TIME", parser=_time, help="Since its last `up`: 7d.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say which.")]


def expire(template: Template, after: After, *, dry_run: DryRun = False) -> None:
    """Destroy the previews of a template that nobody has deployed for a time, and have the backend forget them."""
    project, progress = Project.find(), Progress()
    found = numbered.stale(project, template, datetime.now(UTC) - after, progress)
    for name, when in found.items():
        print(f"{name}: last deployed {when:%Y-%m-%d %H:%M} UTC")
    if not found:
        print(f"No stack of {template} was last deployed so long ago.")
    elif not dry_run:
        numbered.remove(project, list(found), progress)

"""infra-kit restore: what a backup holds, at a moment, beside what runs or over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from infra_kit.commands.common import StackName, chosen_stack, own_name, print_whole, table
from infra_kit.engine.display import Progress, duration
from infra_kit.engine.project import Project
from infra_kit.engine.stack import choose
from infra_kit.errors import ConfigError

if TYPE_CHECKING:
    from infra_kit.engine.connections import Connection
    from infra_kit.providers.common.by_hand import Restored

What = Annotated[str | None, typer.Argument(metavar="NAME", help="A Backup, for all it holds, or a component of one.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601, UTC. Default: the newest.")]
OrLatest = Annotated[
    bool, typer.Option("--or-latest-restorable", help="Where what is kept does not reach TIME, take the latest.")
]
Into = Annotated[
    str | None, typer.Option("--into", metavar="NAME", help="The new server. Default: <component>-restored.")
]
Over = Annotated[bool, typer.Option("--over", help="Replace what runs; each component named by --yes-lose too.")]
Lose = Annotated[
    list[str] | None, typer.Option("--yes-lose", metavar="NAME", help="A component to replace. Repeatable.")
]
Remove = Annotated[
    str | None, typer.Option("--remove", metavar="COPY", help="Delete what was restored beside, and nothing else.")
]
InClear = Annotated[bool, typer.Option("--show-secrets", help="Print how to connect with the password.")]
FORM = "%Y-%m-%d %H:%M:%S"


def restore(
    name: What = None,
    to: To = None,
    into: Into = None,
    stack: StackName = None,
    lose: Lose = None,
    *,
    remove: Remove = None,
    over: Over = False,
    or_latest: OrLatest = False,
    show_secrets: InClear = False,
) -> None:
    """Restore what a backup holds into new servers, as it was at a time; over what runs only when told twice."""
    from infra_kit.engine import restore as restoring  # noqa: PLC0415  it knows the targets, and with them Pulumi's SDK

    project, progress = Project.find(), Progress()
    # What is replaced is of no stack that only the last `up` has named.
    chosen = choose(project, stack) if over else chosen_stack(project, stack, progress)
    if remove:
        _check_alone(name, to, into, lose, over)
        restoring.remove(project, chosen, remove, progress)
        print(f"{remove} is deleted.")
        return
    asked = _check(name, to, into, lose, over=over, or_latest=or_latest)
    at = restoring.Moment(restoring.moment(to) if to else None, or_latest)
    done: Iterable[tuple[Restored, Connection | None]]
    if over:
        done = ((it, None) for it in restoring.over(project, chosen, asked, progress, at=at, lose=lose or []))
    else:
        done = restoring.beside(project, chosen, asked, progress, at=at, into=into)
    made: list[tuple[Restored, Connection | None]] = []
    try:
        with progress.step(f"Restoring {asked}", long=True):
            for it in done:
                made.append(it)
    finally:  # where a later one fails, what was done before is told
        if made:
            _print(made, at.to, show_secrets=show_secrets)


def _check_alone(*others: object) -> None:
    if any(others):
        raise ConfigError(f"--remove deletes one copy: say its name alone, {own_name()} restore --remove <copy>.")


def _check(
    name: str | None, to: str | None, into: str | None, lose: Sequence[str] | None, *, over: bool, or_latest: bool
) -> str:
    if name is None:
        raise ConfigError("what is to be restored? Say a Backup, for all that it holds, or a component of one.")
    if over and into:
        raise ConfigError("--over and --into are two ways: say one of them.")
    if lose and not over:
        raise ConfigError("--yes-lose says what --over replaces; without it nothing is lost.")
    if or_latest and not to:
        raise ConfigError("--or-latest-restorable is for a time of --to; without one the newest is taken anyway.")
    return name


def _print(made: Sequence[tuple[Restored, Connection | None]], to: datetime | None, *, show_secrets: bool) -> None:
    shown = table("component", "restored into", "where", "as of (UTC)", "took", whole=["where"])
    for it, _ in made:
        of = f"{it.of:{FORM}}" if it.of else "the newest"
        shown.add_row(it.component, it.name, it.address, of, duration(it.seconds))
    print_whole(shown)
    for it, there in made:
        how = (there.clear_how if show_secrets else there.how) if there else ""
        print(f"{it.name}: {' '.join([*([how] if how else []), *_as_of(it, to), *it.says])}")


def _as_of(it: Restored, to: datetime | None) -> list[str]:
    """What a reader of the table might take for what was asked."""
    if it.of is None:
        return []
    of = f"{it.of.astimezone(UTC):{FORM}} UTC"
    if to is None:
        return [f"It has what was there until {of}, which is the newest."]
    return [f"{to.astimezone(UTC):{FORM}} UTC was asked for: it is as it was at {of}."] if it.of < to else []

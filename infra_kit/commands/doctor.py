"""`infra-kit doctor`: what is missing on this machine to deploy a stack."""

from __future__ import annotations

import typer
from rich.markup import escape

from infra_kit.commands import common, exit_codes
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set


def doctor(
    stack: PlannedStack = None, settings: Set = None, answers: Recorded = None, *, as_json: AsJson = False
) -> None:
    """Say what is missing here to deploy a stack, each with the command that mends it. Exit code 6: something is."""
    from infra_kit.planning import doctor as doctors  # noqa: PLC0415  `up` and `status` do without

    planned = common.planned(stack, settings, answers)
    found = (*doctors.project_checks(planned.configuration.project), *doctors.checks(planned))
    if as_json:
        common.print_json(found)
    else:
        console = common.out()
        for check in found:
            mark = "[green]✓[/]" if check.found else "[red]✗[/]" if check.needed else "[yellow]![/]"
            console.print(f"{mark} {escape(check.what)}: [dim]{escape(check.said)}[/]", soft_wrap=True)
            if check.mend:
                console.print(f"    {escape(check.mend)}", soft_wrap=True)
    if any(check.needed and not check.found for check in found):
        raise typer.Exit(exit_codes.FINDINGS)

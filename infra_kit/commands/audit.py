"""`infra-kit audit`: what is wrong with the security of a stack."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit.commands import common, exit_codes
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set

if TYPE_CHECKING:
    from infra_kit.planning.audit import Audit, Finding


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    NEVER = "never"


FailOn = Annotated[Level, typer.Option("--fail-on", help="Exit 6 where something that bad, or worse, is open.")]
Sarif = Annotated[Path | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF there too, for code hosts.")]

_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def audit(
    stack: PlannedStack = None,
    settings: Set = None,
    fail_on: FailOn = Level.HIGH,
    sarif: Sarif = None,
    answers: Recorded = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with a stack's security: the resource, why it matters, how to mend it."""
    from infra_kit.planning import audit as auditing  # noqa: PLC0415  `up` and `status` do without
    from infra_kit.planning import programs  # noqa: PLC0415
    from infra_kit.planning import sarif as reports  # noqa: PLC0415

    planned = common.planned(stack, settings, answers)
    found = auditing.audit(planned)
    if sarif:
        program = os.path.relpath(programs.program_of(planned.configuration.project), Path.cwd())
        sarif.write_text(json.dumps(reports.report(found, program), indent=1) + "\n", encoding="utf-8")
    if as_json:
        common.print_json(found)
    else:
        _print(found, common.out())
    if fail_on is not Level.NEVER and found.at_least(auditing.Severity[fail_on.name]):
        raise typer.Exit(exit_codes.FINDINGS)


def _print(found: Audit, console: Console) -> None:
    for finding in found.open:
        _print_finding(finding, console)
    accepted = [finding for finding in found.findings if finding.accepted]
    for finding in accepted:
        console.print(
            f"[dim]accepted: {finding.rule} of {finding.resource}: {escape(finding.accepted)}[/]", soft_wrap=True
        )
    counts: dict[str, int] = {}
    for finding in found.open:
        counts[str(finding.severity)] = counts.get(str(finding.severity), 0) + 1
    said = ", ".join(f"{number} {severity}" for severity, number in counts.items()) or "nothing found"
    console.print(f"{found.looked_at} resources: {said}")
    common.print_list(console, "No rule knows", (f"{it} ({', '.join(names)})" for it, names in found.unknown.items()))
    common.print_list(console, "Assumed", found.assumed)


def _print_finding(finding: Finding, console: Console) -> None:
    severity = str(finding.severity)
    console.print(
        f"[{_COLOURS[severity]}]{severity}[/] [bold]{finding.resource}[/]: {escape(finding.what)} "
        f"[dim]({finding.rule}, {finding.type})[/]\n"
        f"  why:  {escape(finding.why)}\n"
        f"  mend: {escape(finding.mend)}\n",
        soft_wrap=True,
    )

"""A drill of one component: what both ways of restoring share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.durations import seconds
from infra_kit.providers.vps import places, runs, volumes
from infra_kit.providers.vps.containers import FILES
from infra_kit.providers.vps.reports import FOLDER as REPORT
from infra_kit.providers.vps.reports import Report
from infra_kit.providers.vps.scripts import script

FOLDER = "/restored"
LEAST = 3600
"""Seconds that looking at what was restored may take at least; else four times `rto`."""


@dataclass(frozen=True, kw_only=True)
class Drill:
    """Of one component."""

    scope: Scope
    spec: RestoreDrillSpec
    component: Component[Any, Any]
    report: Report
    first: pulumi.Resource
    """What has taken its first copy."""

    @property
    def name(self) -> str:
        return self.component.name

    def scratch(self, gib: float) -> tuple[pulumi.Output[str], pulumi.Resource]:
        """The volume that is restored into, and what has made it the user's."""
        return volumes.scratch(self.scope, f"{self.name}-scratch", FOLDER, user=places.USER, gib=gib)

    @property
    def on_schedule(self) -> dict[str, Any]:
        """Of the `Run` that restores."""
        return runs.on_schedule(self.spec.schedule, ["sh", f"{FILES}/drill.sh", FOLDER])

    @property
    def environment(self) -> dict[str, str]:
        """Of the `Run` that restores."""
        rto = seconds(self.spec.rto)
        return {"RTO": str(rto), "LOOKS": str(max(4 * rto, LEAST)), **self.report.environment(self.name)}

    @property
    def files(self) -> dict[str, str]:
        """Of the `Run` that restores."""
        return {"drill.sh": script("drill.sh"), "report.sh": script("report.sh"), "secrets": ""}

    def volumes(self, scratch: pulumi.Output[str]) -> dict[str, pulumi.Output[str]]:
        """Of the `Run` that restores."""
        return {FOLDER: scratch, REPORT: self.report.volume}


def proves(program: str) -> dict[str, Any]:
    """Of the `Run` that looks at what was restored, in a container without a network: its program is a script, which
    `scripts/proof.sh` calls."""
    return {
        "user": places.USER,
        "entrypoint": ["sh", f"{FILES}/proof.sh"],
        "command": [FOLDER],
        "health": ["test", "-d", FOLDER],
        "networks": (),
        "files": {"proof.sh": script("proof.sh"), "prove.sh": script(program)},
    }

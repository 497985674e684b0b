"""How the last run of a Backup or a RestoreDrill went: a volume with a file for people, and a figure that the host
reads (`scripts/report.sh`, `scripts/measure.sh`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.providers.vps import tools, volumes
from infra_kit.providers.vps.containers import volume

FOLDER = "/report"
LABEL = {"infra-kit-report": "figure"}
"""By which the host finds the volume."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Where the parts of one component note how it went."""

    name: str
    field: str
    parts: Sequence[str]
    volume: pulumi.Output[str]
    file: pulumi.Output[str]
    """On the host; root's, as all volumes are."""
    given: pulumi.Resource
    """It is their users'."""

    def environment(self, part: str) -> Mapping[str, str]:
        """What `report.sh` reads."""
        own = {"NAME": self.name, "FIELD": self.field, "PARTS": " ".join(self.parts)}
        return {**own, "PART": part, "FOLDER": FOLDER}


def report(scope: Scope, field: str, parts: Sequence[str], user: str) -> Report:
    """The report of a component.

    Args:
        scope: of it.
        field: what it calls the time of the last run that went well.
        parts: those that have runs of their own.
        user: whose the volume is.
    """
    made = volume(scope, "report", more=LABEL)
    mount = pulumi.Output.concat(made.name, ":", FOLDER)
    given = volumes.give(scope, "report-owner", mount, image=tools.of(scope).image, user=user)
    file = pulumi.Output.concat(made.mountpoint, "/report.json")
    return Report(name=scope.name, field=field, parts=parts, volume=made.name, file=file, given=given)

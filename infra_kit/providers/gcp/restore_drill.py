"""RestoreDrill on Google Cloud: there is none. Google has no restore tests, and what would restore on a schedule needs
the right to make and delete any database server of the project: a drill that can destroy what it should prove.
`infra_kit.providers.gcp.backup` takes the copies; whoever runs the system restores one by hand, again and again."""

from __future__ import annotations

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature

SUPPORTS: frozenset[Feature] = frozenset()
HINTS = {features.SQL_CHECKS: "there are no drills on Google Cloud; ask a copy that was restored by hand"}
CAVEATS = (
    "there are no drills, and one is refused: Google Cloud tests no restores, and what did so on a schedule could "
    "delete any database server of the project. Restore a copy by hand: `infra-kit restore`",
)


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    """Raises `SpecError`: one that restored nothing would be worse than none."""
    raise SpecError(
        f"{scope.what}: of: Backup {spec.of.name!r} is on Google Cloud, which tests no restores. Leave the "
        "RestoreDrill out, and restore a copy by hand (infra-kit restore, into a server beside); or keep the "
        "database on another target, with a Backup and a RestoreDrill there."
    )

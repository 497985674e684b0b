"""RestoreDrill on a VPS: each component is restored from its newest copy into a volume of its own, and looked at where
nothing reaches it: a Postgres as `postgres_drill.py` says, the others as `rclone_drill.py`.
"""

from __future__ import annotations

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.naming import child
from infra_kit.providers.vps import places, postgres_drill, rclone_drill, reports, ssh
from infra_kit.providers.vps.backup import VpsBackup
from infra_kit.providers.vps.containers import FILES
from infra_kit.providers.vps.drills import Drill
from infra_kit.providers.vps.postgres_copies import Copied

SUPPORTS = frozenset({features.SQL_CHECKS})


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    backup = scope.native(spec.of, VpsBackup)
    names = list(backup.copied)
    report = reports.report(scope, "last_proven_restore", names, places.USER)
    done = [
        _drill(Drill(scope=scope, spec=spec, component=it, report=report, first=backup.done[it.name]), backup)
        for it in spec.of.spec.of
    ]
    return RestoreDrillEndpoint(
        report=ssh.after(done[-1], report.file),
        log=ssh.after(done[-1], child(scope.name, f"{names[0]}-restore")),
    )


def _drill(drill: Drill, backup: VpsBackup) -> pulumi.Resource:
    copied = backup.copied[drill.name]
    if isinstance(copied, Copied):
        restores = postgres_drill.create(drill, copied)
    else:
        restores = rclone_drill.create(drill, copied)
    # What was never proven is as old as the drill.
    begins = pulumi.Output.concat("docker exec ", restores.id, f" sh {FILES}/report.sh begins")
    return ssh.run(drill.scope, f"{drill.name}-begins", begins, depends_on=[restores.ready])

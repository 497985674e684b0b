"""RestoreDrill on a VPS: a Postgres is restored from its newest copy into a volume of its own, by two containers.

One has pgBackRest and restores; the other has the server's image and no network, starts what was restored, and looks at
it. What is proven: pgBackRest holds each file to the SHA-1 that it had when it was copied; PostgreSQL each record of
the log to its CRC; the log reaches its newest segment, none between is missing; each row of each table can be read
(`pg_dumpall`); and the user's own questions are answered. Rows are not counted against those of the server, which goes
on meanwhile.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresSpec
from infra_kit.components.restore_drill import RestoreDrillEndpoint, RestoreDrillSpec
from infra_kit.durations import seconds
from infra_kit.naming import child
from infra_kit.providers.vps import images, postgres_conf, reports, room, ssh, tools, volumes
from infra_kit.providers.vps.backup import VpsBackup
from infra_kit.providers.vps.containers import FILES, container
from infra_kit.providers.vps.job import WENT_WELL
from infra_kit.providers.vps.labels import BORN_WITH, labels
from infra_kit.providers.vps.network import VpsNetwork
from infra_kit.providers.vps.postgres_backup import CPU, MEMORY_GB, TEMPORARY
from infra_kit.providers.vps.postgres_conf import SOCKETS, USER
from infra_kit.providers.vps.postgres_copies import GRACE, Copied, on_schedule
from infra_kit.providers.vps.reports import Report
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.stateful import SCRATCH

SUPPORTS = frozenset({features.SQL_CHECKS})

FOLDER = "/restored"


@dataclass(frozen=True, kw_only=True)
class _Drill:
    """Of one Postgres."""

    scope: Scope
    spec: RestoreDrillSpec
    name: str
    restored: PostgresSpec
    copied: Copied
    scratch: pulumi.Output[str]
    report: Report


def create(scope: Scope, spec: RestoreDrillSpec) -> RestoreDrillEndpoint:
    backup = scope.native(spec.of, VpsBackup)
    names = list(backup.copied)
    report = reports.report(scope, "last_proven_restore", names, USER)
    done = [_drill(scope, spec, name, backup, report) for name in names]
    return RestoreDrillEndpoint(
        report=ssh.after(done[-1], report.file),
        log=ssh.after(done[-1], child(scope.name, f"{names[0]}-restore")),
    )


def _drill(scope: Scope, spec: RestoreDrillSpec, name: str, backup: VpsBackup, report: Report) -> pulumi.Resource:
    (postgres,) = (component for component in spec.of.spec.of if component.name == name)
    room.take(scope, f"{name}-scratch", "disk_gb", postgres.spec.storage_gb)
    scratch = scope.resource(
        f"{name}-scratch",
        docker.Volume,
        labels=labels(scope, docker.VolumeLabelArgs, {SCRATCH: "true"}),
        ignore_changes=BORN_WITH,
    )
    mount = pulumi.Output.concat(scratch.name, ":", FOLDER)
    given = volumes.give(scope, f"{name}-scratch-owner", mount, image=tools.of(scope).image, user=USER)
    it = _Drill(
        scope=scope,
        spec=spec,
        name=name,
        restored=postgres.spec,
        copied=backup.copied[name],
        scratch=scratch.name,
        report=report,
    )
    proves = container(scope, f"{name}-proof", _proof(it), depends_on=[given])
    restores = container(
        scope, f"{name}-restore", _restore(it), depends_on=[proves.ready, report.given, backup.done[name]]
    )
    # What was never proven is as old as the drill.
    begins = pulumi.Output.concat("docker exec ", restores.id, f" sh {FILES}/report.sh begins")
    return ssh.run(scope, f"{name}-begins", begins, depends_on=[restores.ready])


def _restore(drill: _Drill) -> Run:
    scope, place = drill.scope, drill.copied.place
    run = on_schedule(drill.spec.schedule, ["sh", f"{FILES}/drill.sh", FOLDER])
    return Run(
        image=images.pull(scope, images.PGBACKREST, f"{drill.name}-restore-image"),
        user=USER,
        entrypoint=run["entrypoint"],
        command=run["command"],
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=WENT_WELL,
        networks=[scope.native(scope.network, VpsNetwork).egress],
        environment={
            "PGBACKREST_CONFIG": f"{FILES}/pgbackrest.conf",
            "RTO": str(seconds(drill.spec.rto)),
            **drill.report.environment(drill.name),
        },
        files={
            "pgbackrest.conf": drill.copied.configuration,
            "drill.sh": script("postgres_drill.sh"),
            "restore.sh": script("postgres_restore.sh"),
            "report.sh": script("report.sh"),
            "secrets": "",
        },
        mounts=[tools.of(scope).holder],
        volumes={FOLDER: drill.scratch, reports.FOLDER: drill.report.volume},
        read_only_volumes=dict(place.volumes),
        tmpfs={TEMPORARY: "size=64m"},
        pids=64,
        stop_seconds=GRACE + 5,
    )


def _proof(drill: _Drill) -> Run:
    """With half a gigabyte, whatever the server has: it serves nobody."""
    spec = drill.restored.replace(memory_gb=MEMORY_GB)
    return Run(
        image=images.pull(
            drill.scope, images.POSTGRES[drill.restored.version or DEFAULT_VERSION], f"{drill.name}-proof-image"
        ),
        user=USER,
        entrypoint=["sh", f"{FILES}/proof.sh"],
        command=[FOLDER],
        memory_gb=MEMORY_GB,
        cpu=CPU,
        health=["test", "-d", FOLDER],
        networks=(),
        files={
            # The primary's limits do not matter to who lets nobody in before the log has ended.
            "postgresql.conf": postgres_conf.server(spec) + "hot_standby = 'off'\n",
            "pg_hba.conf": postgres_conf.HBA,
            "proof.sh": script("postgres_proof.sh"),
            "checks.sh": _checks(drill),
        },
        volumes={FOLDER: drill.scratch},
        tmpfs={TEMPORARY: "size=64m", SOCKETS: "size=1m"},
        shm_mb=max(64, int(MEMORY_GB * 256)),
        pids=postgres_conf.MAX_CONNECTIONS + 100,
    )


def _checks(drill: _Drill) -> str:
    """As `scripts/postgres_proof.sh` reads them."""
    lines = []
    for name, check in drill.spec.checks.items():
        of, database = drill.spec.database_of(name, check)
        if of == drill.name:
            lines.append(shlex.join(["check", name, database, check.sql, check.expects]) + "\n")
    return "".join(lines)

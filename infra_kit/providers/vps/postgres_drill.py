"""A drill of a Postgres: its newest copy is restored into a volume of its own, by two containers.

One has pgBackRest and restores; the other has the server's image and no network, starts what was restored, and looks at
it. What is proven: pgBackRest holds each file to the SHA-1 that it had when it was copied; PostgreSQL each record of
the log to its CRC; the log reaches its newest segment, none between is missing; each row of each table can be read
(`pg_dumpall`); and the user's own questions are answered. Rows are not counted against those of the server, which goes
on meanwhile.
"""

from __future__ import annotations

import shlex

import pulumi

from infra_kit.components.postgres import DEFAULT_VERSION
from infra_kit.providers.vps import images, postgres_conf, tools
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.drills import FOLDER, Drill, proves
from infra_kit.providers.vps.network import VpsNetwork
from infra_kit.providers.vps.postgres_backup import CPU, MEMORY_GB, TEMPORARY
from infra_kit.providers.vps.postgres_conf import SOCKETS, USER
from infra_kit.providers.vps.postgres_copies import Copied
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script


def create(drill: Drill, copied: Copied) -> Container:
    """The container that restores."""
    scope, name = drill.scope, drill.name
    scratch, given = drill.scratch(drill.component.spec.storage_gb)
    proof = container(scope, f"{name}-proof", _proof(drill, scratch), depends_on=[given])
    needs = [proof.ready, drill.report.given, drill.first]
    return container(scope, f"{name}-restore", _restore(drill, copied, scratch), depends_on=needs)


def _restore(drill: Drill, copied: Copied, scratch: pulumi.Output[str]) -> Run:
    scope = drill.scope
    return Run(
        **drill.on_schedule,
        image=images.pull(scope, images.PGBACKREST, f"{drill.name}-restore-image"),
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        networks=[scope.native(scope.network, VpsNetwork).egress],
        environment={"PGBACKREST_CONFIG": f"{FILES}/pgbackrest.conf", **drill.environment},
        files={**drill.files, "pgbackrest.conf": copied.configuration, "restore.sh": script("postgres_restore.sh")},
        mounts=[tools.of(scope).holder],
        volumes=drill.volumes(scratch),
        read_only_volumes=dict(copied.place.volumes),
        tmpfs={TEMPORARY: "size=64m"},
        pids=64,
    )


def _proof(drill: Drill, scratch: pulumi.Output[str]) -> Run:
    """With half a gigabyte, whatever the server has: it serves nobody."""
    spec = drill.component.spec.replace(memory_gb=MEMORY_GB)
    image = images.POSTGRES[spec.version or DEFAULT_VERSION]
    proof = proves("postgres_prove.sh")
    # The primary's limits do not matter to who lets nobody in before the log has ended.
    configuration = postgres_conf.server(spec) + "hot_standby = 'off'\n"
    own = {"postgresql.conf": configuration, "pg_hba.conf": postgres_conf.HBA, "checks.sh": _checks(drill)}
    return Run(
        **{**proof, "files": {**proof["files"], **own}},
        image=images.pull(drill.scope, image, f"{drill.name}-proof-image"),
        memory_gb=MEMORY_GB,
        cpu=CPU,
        volumes={FOLDER: scratch},
        tmpfs={TEMPORARY: "size=64m", SOCKETS: "size=1m"},
        shm_mb=max(64, int(MEMORY_GB * 256)),
        pids=postgres_conf.MAX_CONNECTIONS + 100,
    )


def _checks(drill: Drill) -> str:
    """As `scripts/postgres_prove.sh` reads them."""
    lines = []
    for name, check in drill.spec.checks.items():
        of, database = drill.spec.database_of(name, check)
        if of == drill.name:
            lines.append(shlex.join(["check", name, database, check.sql, check.expects]) + "\n")
    return "".join(lines)

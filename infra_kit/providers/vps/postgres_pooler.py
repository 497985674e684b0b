"""PgBouncer before a PostgreSQL on a VPS."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from infra_kit.component import Scope
from infra_kit.databases import Pooling
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.vps import images, postgres_conf
from infra_kit.providers.vps.addresses import data_networks
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.postgres_conf import POOLER, POOLER_PORT, POOLER_USER
from infra_kit.providers.vps.run import Run


def create(
    scope: Scope,
    pooling: Pooling,
    databases: Sequence[str],
    *,
    host: str,
    passwords: tuple[pulumi.Output[str], pulumi.Output[str] | None],
    settled: pulumi.Resource,
) -> Container:
    """Makes it once the server has its roles. `passwords` are the owner's and the pooler's own."""
    run = Run(
        image=images.pull(scope, images.PGBOUNCER, "pooler-image"),
        user=POOLER_USER,
        entrypoint=["pgbouncer", f"{FILES}/pgbouncer.ini"],
        memory_gb=0.125,
        cpu=0.5,
        health=["nc", "-z", "127.0.0.1", str(POOLER_PORT)],
        networks=data_networks(scope, "pooler"),
        files={
            "pgbouncer.ini": postgres_conf.pooler(pooling, databases, host),
            "userlist.txt": pulumi.Output.secret(
                pulumi.Output.format('"{0}" "{2}"\n"{1}" "{3}"\n', OWNER, POOLER, *passwords)
            ),
        },
        tmpfs={postgres_conf.CONSOLE: "size=1m"},
        stop_signal="SIGINT",
        pids=32,
    )
    return container(scope, "pooler", run, publish=POOLER_PORT, depends_on=[settled])

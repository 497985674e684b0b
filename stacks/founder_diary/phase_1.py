"""Phase 1: the smallest thing that works, whole (seeds/002: FD-1)."""

import pulumi

from infra_kit import Backups, Gateway, ObjectStore, Postgres, Redis
from stacks.config import domains
from stacks.founder_diary import outside, pgadmin
from stacks.founder_diary.application import application
from stacks.founder_diary.operations import copied, logged, watched
from stacks.migrations import migrated
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    # 18 from the first day: phase 2 asks for pgvector, and a major version is not changed in passing.
    db = Postgres(
        "db",
        version="18",
        memory_gb=1,
        storage_gb=10,
        databases=["founder_diary"],
        backups=Backups(retention_days=7),
    )
    cache = Redis("cache", memory_gb=0.25, persistence=True)
    files = ObjectStore("files")

    links = [db.link(), cache.link(), files.link("read", "write", "delete")]
    app = application(links, opts=migrated(db))
    console = pgadmin.console(db)
    edge = Gateway("edge", routes={"/*": app}, domains=domains(), zones=own_zones())

    copies, drill = copied([db, cache, files])
    watched([db, cache, files, app, console, edge, copies, drill], edge)
    logged([db, cache, files, app, console, edge])

    with_production(outside.domain_name)  # FD-7
    budget(55, "EUR")

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", edge.url)

"""Phase 1: the smallest thing that works, whole (seeds/002: FD-1)."""

import pulumi

from infra_kit import Backups, Gateway, ObjectStore, Postgres, Redis, Service
from stacks.config import domains
from stacks.founder_diary import outside, pgadmin
from stacks.migrations import migrated
from stacks.outside import budget, with_production
from stacks.programs import program
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

    # FD-1: Next.js, which keeps its users in its own database (Better Auth).
    links = [db.link(), cache.link(), files.link("read", "write", "delete")]
    app = Service("app", **program("app"), port=3000, memory_gb=0.5, links=links, opts=migrated(db))
    pgadmin.console(db)
    edge = Gateway("edge", routes={"/*": app}, domains=domains(), zones=own_zones())

    with_production(outside.domain_name)  # FD-7
    budget(55, "EUR")

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", edge.url)

"""Phase 1: two backends, a replica, a cache, a CDN; two hundred users (seeds/003: CC-2)."""

import pulumi

from infra_kit import Backups, Gateway, ObjectStore, Pooling, Postgres, Redis, Service
from stacks.config import domains
from stacks.cuenta_conmigo import content, operations
from stacks.migrations import migrated
from stacks.outside import budget
from stacks.programs import program
from stacks.zones import own_zones


def deploy() -> None:
    # CC-2 has the database on RDS and the backends on VPS, which no private network joins: it stays beside them.
    db = Postgres(
        "db",
        version="17",
        cpu=2,
        memory_gb=2,
        storage_gb=20,
        read_replicas=1,
        pooling=Pooling(),
        databases=["cuenta_conmigo"],
        extensions=["pg_stat_statements"],
        backups=Backups(retention_days=7),
    )
    cache = Redis("cache", memory_gb=1)
    files = ObjectStore("files")

    links = [db.link(), cache.link(), files.link("read", "write", "delete")]
    app = Service("app", **program("app"), port=3000, memory_gb=1, min_instances=2, links=links, opts=migrated(db))
    zones = own_zones()
    gateway = Gateway("gateway", routes={"/*": app}, domains=domains(), zones=zones)
    edge = content.edge(files, zones)

    operations.watched(db, cache, app, edge, *operations.copied(db, files), gateway=gateway)  # CC-6, CC-7
    budget(120)  # CC-2

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)

"""Phase 2: high availability on one cloud (seeds/003: CC-3)."""

import pulumi

from infra_kit import (
    Backups,
    Consumer,
    EventBus,
    Gateway,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Stream,
    Worker,
)
from stacks.config import domains
from stacks.cuenta_conmigo import application, content, operations
from stacks.migrations import migrated
from stacks.outside import budget
from stacks.programs import program
from stacks.zones import own_zones


def deploy() -> None:
    db = _database()
    cache = Redis("cache", memory_gb=1, replicas=2, high_availability=True)
    streams = {"NOTIFICATIONS": Stream(subjects=["notification.*"], retention="7d")}
    events = EventBus("events", streams=streams, consumers={"mailer": Consumer(stream="NOTIFICATIONS")})
    files = ObjectStore("files")

    links = [db.link(), cache.link(), files.link("read", "write", "delete"), events.link(publish=["notification.*"])]
    app = application.app(links, migrated(db))
    mailer = Worker("mailer", **program("mailer"), links=[events.link(consume=["mailer"])])
    zones = own_zones()
    gateway = Gateway("gateway", routes={"/*": app}, domains=domains(), zones=zones, limits=application.LIMITS)
    edge = content.edge(files, zones)

    copies = operations.copied(db, files)  # CC-6
    measured: operations.Components = [db, cache, events, app, mailer, edge, *copies]
    alerts = operations.watched(*measured, gateway=gateway)  # CC-3, CC-7
    operations.shown(*measured, gateway, alerts=alerts)  # CC-3
    budget(450)  # CC-3

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)


def _database() -> Postgres:
    """CC-3 asks for Aurora; standard PostgreSQL has the same standby and readers, and can leave."""
    return Postgres(
        "db",
        version="17",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=8,
        storage_gb=100,
        max_storage_gb=1000,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=500),
        databases=["cuenta_conmigo"],
        extensions=["pg_stat_statements"],
        backups=Backups(retention_days=14),
    )

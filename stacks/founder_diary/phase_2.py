"""Phase 2: more than a thousand users a month. The data layer of seeds/002 (FD-2, FD-3)."""

import pulumi

from infra_kit import Backups, LifecycleRule, ObjectStore, Pooling, Postgres, Redis


def deploy() -> None:
    # FD-2: pgvector, PgBouncer, automatic backups; Directus (FD-3) has a database of its own.
    db = Postgres(
        "db",
        version="18",
        cpu=2,
        memory_gb=4,
        storage_gb=50,
        databases=["founder_diary", "directus"],
        extensions=["vector"],
        pooling=Pooling(),
        backups=Backups(retention_days=14),
    )

    # FD-3: sessions may go when memory is full; a BullMQ job may not.
    cache = Redis("cache", memory_gb=0.5, persistence=True)
    queue = Redis("queue", memory_gb=0.5, persistence=True, eviction="noeviction")

    files = ObjectStore("files")
    exports = ObjectStore("exports", lifecycle={"old": LifecycleRule(expire_after_days=90)})

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("queue_url", queue.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("exports_bucket", exports.bucket)

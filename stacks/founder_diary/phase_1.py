"""Phase 1: the smallest thing that works. The data layer of seeds/002 (FD-1)."""

import pulumi

from infra_kit import Backups, ObjectStore, Postgres, Redis


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

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("files_bucket", files.bucket)

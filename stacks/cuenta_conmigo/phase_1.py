"""Phase 1: two backends, a replica, a cache; the data on managed services. The data layer of seeds/003 (CC-2)."""

import pulumi

from infra_kit import Backups, Cdn, ObjectStore, Pooling, Postgres, Redis, Route
from stacks.config import domains, placed, release


def deploy() -> None:
    # CC-2: the services stay on VPS; where the data is, the environment file says.
    data = placed("data-target")
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
        target=data,
    )
    cache = Redis("cache", memory_gb=1, target=data)
    files = ObjectStore("files", target=data)
    edge = Cdn("edge", routes={"/files/*": Route(files, ttl="1h")}, domains=domains(), release=release(), target=data)

    pulumi.export("database_url", db.url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", edge.url)

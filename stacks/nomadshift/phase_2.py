"""Phase 2: reads go to replicas, connections through a pooler (seeds/000: NS-1 to NS-9, NS-12, NS-13)."""

import pulumi

from infra_kit import Backups, ObjectStore, Pooling, Postgres, Redis
from stacks.migrations import migrated
from stacks.nomadshift import application, content, outside
from stacks.outside import budget, with_production


def deploy() -> None:
    # NS-2: a standby in another zone, two readers, PgBouncer; NS-14: 10,000 users at once.
    db = Postgres(
        "db",
        version="16",
        cpu=4,
        dedicated_cpu=True,
        memory_gb=16,
        storage_gb=200,
        max_storage_gb=1000,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=1000),
        databases=["nomadshift"],
        extensions=["postgis"],
        backups=Backups(retention_days=14),
    )
    cache = Redis("cache", memory_gb=3, replicas=1, high_availability=True)
    static, uploads, logs = ObjectStore("static"), content.uploads(), content.logs()
    settings = application.settings(db)  # NS-9
    links = [db.link(), settings.link(), cache.link(), uploads.link("read", "write", "delete"), logs.link("write")]
    edge = content.edge(static, uploads, application.gateway(application.api(links, migrated(db))))

    with_production(outside.services)  # NS-15
    budget(1219)

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("reader_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("static_bucket", static.bucket)
    pulumi.export("uploads_bucket", uploads.bucket)
    pulumi.export("logs_bucket", logs.bucket)
    pulumi.export("url", edge.url)

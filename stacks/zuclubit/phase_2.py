"""Phase 2: a thousand users (seeds/004: ZU-1 to ZU-3, ZU-5 to ZU-7, ZU-12)."""

import pulumi

from infra_kit import Backups, EventBus, ObjectStore, Pooling, Postgres, Redis
from stacks.zuclubit import buckets, outside, services
from stacks.zuclubit.events import CONSUMERS, STREAMS


def deploy() -> None:
    # ZU-3: a db.r6g.large's two CPUs and 16 GiB, 500 GB; PgBouncer, a replica for analytics.
    db = Postgres(
        "db",
        version="15",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=16,
        storage_gb=500,
        max_storage_gb=1000,
        read_replicas=1,
        pooling=Pooling(max_connections=500),
        databases=["zuclubit"],
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", memory_gb=1)

    events = EventBus("events", streams=STREAMS, consumers=CONSUMERS)  # ZU-6

    # ZU-7
    invoices, files = buckets.invoices(), ObjectStore("files", versioning=True)
    edge = buckets.edge(files)

    # ZU-1, ZU-2, ZU-12
    gateway = services.gateway(services.services(db, cache, events, files=files, invoices=invoices, instances=2))
    outside.phase_2()  # ZU-13

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("analytics_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("invoices_bucket", invoices.bucket)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)

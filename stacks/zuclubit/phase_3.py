"""Phase 3: ten thousand users (seeds/004: ZU-1 to ZU-3, ZU-5 to ZU-7, ZU-12)."""

import pulumi

from infra_kit import Backups, EventBus, ObjectStore, Pooling, Postgres, Redis
from stacks.zuclubit import buckets, outside, services
from stacks.zuclubit.events import CONSUMERS, STREAMS


def deploy() -> None:
    # ZU-3: a db.r6g.2xlarge's eight CPUs and 64 GiB, a standby in another zone.
    db = Postgres(
        "db",
        version="15",
        cpu=8,
        dedicated_cpu=True,
        memory_gb=64,
        storage_gb=500,
        max_storage_gb=2000,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=2000),
        databases=["zuclubit"],
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", memory_gb=3, replicas=1, high_availability=True)

    events = EventBus("events", streams=STREAMS, consumers=CONSUMERS)  # ZU-6

    # ZU-7
    invoices, files = buckets.invoices(), ObjectStore("files", versioning=True)
    edge = buckets.edge(files)

    # ZU-1, ZU-2, ZU-12
    gateway = services.gateway(services.services(db, cache, events, files=files, invoices=invoices, instances=3))
    outside.phase_3()  # ZU-13

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("analytics_url", db.reader_url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("invoices_bucket", invoices.bucket)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)

"""Phase 1: the first hundred users (seeds/004: ZU-1 to ZU-3, ZU-5 to ZU-7, ZU-12)."""

import pulumi

from infra_kit import Backups, EventBus, ObjectStore, Postgres, Redis
from stacks.zuclubit import buckets, outside, services
from stacks.zuclubit.events import CONSUMERS, STREAMS


def deploy() -> None:
    # ZU-3: standard PostgreSQL 15, a db.t4g.medium's two CPUs and 4 GiB.
    db = Postgres(
        "db",
        version="15",
        cpu=2,
        memory_gb=4,
        storage_gb=20,
        databases=["zuclubit"],
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", memory_gb=0.25)

    events = EventBus("events", streams=STREAMS, consumers=CONSUMERS)  # ZU-6

    # ZU-7
    invoices, files = buckets.invoices(), ObjectStore("files", versioning=True)
    edge = buckets.edge(files)

    # ZU-1, ZU-2, ZU-12
    gateway = services.gateway(services.services(db, cache, events, files=files, invoices=invoices, instances=1))
    outside.phase_1()  # ZU-13

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("invoices_bucket", invoices.bucket)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("files_url", edge.url)
    pulumi.export("url", gateway.url)

"""Phase 1: the first hundred users. The data layer of seeds/004."""

import pulumi

from infra_kit import Cdn, EventBus, LifecycleRule, ObjectStore, Postgres, Redis, Route
from stacks.zuclubit.events import CONSUMERS, STREAMS

FIVE_YEARS = 5 * 365


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
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", memory_gb=0.25)

    # ZU-6
    events = EventBus("events", streams=STREAMS, consumers=CONSUMERS)

    # ZU-7: the tax office wants an invoice kept for five years; after one it is hardly read any more.
    invoices = ObjectStore(
        "invoices",
        versioning=True,
        retention_lock=FIVE_YEARS,
        lifecycle={"to-archive": LifecycleRule(archive_after_days=365)},
    )
    files = ObjectStore("files", versioning=True)
    edge = Cdn("edge", routes={"/proposals/*": Route(files, ttl="24h")})

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)
    pulumi.export("events_url", events.url)
    pulumi.export("invoices_bucket", invoices.bucket)
    pulumi.export("files_bucket", files.bucket)
    pulumi.export("url", edge.url)

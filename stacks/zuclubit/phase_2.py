"""Phase 2: a thousand users (seeds/004: ZU-1 to ZU-12)."""

import pulumi

from infra_kit import Backups, Pooling, Postgres, Redis
from stacks.outside import budget
from stacks.zuclubit import documents, events, outside
from stacks.zuclubit.product import DATABASES, product


def deploy() -> None:
    network = events.network()

    # ZU-3: a db.r6g.large's two CPUs and 16 GiB, 500 GB; PgBouncer, a replica for analytics.
    db = Postgres(
        "db",
        network=network,
        version="15",
        cpu=2,
        dedicated_cpu=True,
        memory_gb=16,
        storage_gb=500,
        max_storage_gb=2000,
        read_replicas=1,
        pooling=Pooling(max_connections=500),
        databases=DATABASES,
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", network=network, memory_gb=1)

    # ZU-4: Atlas' M30 in production; where it is the target's own, of that size.
    docs = documents.store(network, cpu=2, memory_gb=8, storage_gb=40)

    outside.phase_2()  # ZU-9, ZU-13
    product(db, cache, docs, budget(1314), network=network, instances=2)

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("analytics_url", db.reader_url)
    pulumi.export("redis_url", cache.url)

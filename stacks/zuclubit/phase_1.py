"""Phase 1: the first hundred users (seeds/004: ZU-1 to ZU-12)."""

import pulumi

from infra_kit import Backups, Postgres, Redis
from stacks.outside import budget
from stacks.zuclubit import documents, events, outside
from stacks.zuclubit.product import DATABASES, product


def deploy() -> None:
    network = events.network()

    # ZU-3: standard PostgreSQL 15, a db.t4g.medium's two CPUs and 4 GiB.
    db = Postgres(
        "db",
        network=network,
        version="15",
        cpu=2,
        memory_gb=4,
        storage_gb=20,
        max_storage_gb=2000,
        databases=DATABASES,
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", network=network, memory_gb=0.25)

    # ZU-4: Atlas' M10 in production; where it is the target's own, of that size.
    docs = documents.store(network, cpu=2, memory_gb=2, storage_gb=10)

    outside.phase_1()  # ZU-9, ZU-13
    product(db, cache, docs, budget(397), network=network, instances=1)

    pulumi.export("database_url", db.url)
    pulumi.export("redis_url", cache.url)

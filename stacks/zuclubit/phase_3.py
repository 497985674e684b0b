"""Phase 3: ten thousand users (seeds/004: ZU-1 to ZU-12, ZU-15)."""

import pulumi

from infra_kit import Backups, Pooling, Postgres, Redis
from stacks import buses
from stacks.outside import budget
from stacks.zuclubit import documents, operations, outside
from stacks.zuclubit.product import DATABASES, product


def deploy() -> None:
    network = buses.network()

    # ZU-3: a db.r6g.2xlarge's eight CPUs and 64 GiB, a standby in another zone.
    db = Postgres(
        "db",
        network=network,
        version="15",
        cpu=8,
        dedicated_cpu=True,
        memory_gb=64,
        storage_gb=500,
        max_storage_gb=2000,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=2000),
        databases=DATABASES,
        extensions=["pgcrypto", "uuid-ossp"],
        backups=Backups(retention_days=7),
    )

    # ZU-5: sessions for a day, counters for a minute.
    cache = Redis("cache", network=network, memory_gb=3, replicas=1, high_availability=True)

    # ZU-4: Atlas' M60 in production; where it is the target's own, of that size.
    docs = documents.store(network, cpu=16, memory_gb=64, storage_gb=320)

    outside.phase_3()  # ZU-9, ZU-13
    copies = product(db, cache, docs, budget(5399), network=network, instances=3)
    operations.elsewhere(db, copies, network)  # ZU-15

    pulumi.export("database_url", db.url)
    pulumi.export("pooled_database_url", db.pooled_url)
    pulumi.export("analytics_url", db.reader_url)
    pulumi.export("redis_url", cache.url)

"""Phase 2: reads go to replicas, connections through a pooler (seeds/000: NS-1 to NS-15)."""

from infra_kit import Pooling, Redis
from stacks.nomadshift import accounts, listings, operations, outside
from stacks.nomadshift.database import database
from stacks.nomadshift.product import Data, Shared, export, product
from stacks.nomadshift.regions import home
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    region = home()
    data = Data(
        # NS-2: a standby in another zone, two readers, PgBouncer; NS-14: 10,000 users at once.
        db=database(
            region,
            cpu=4,
            dedicated_cpu=True,
            memory_gb=16,
            storage_gb=200,
            max_storage_gb=1000,
            high_availability=True,
            read_replicas=2,
            pooling=Pooling(max_connections=1000),
            retention_days=14,
        ),
        cache=Redis("cache", network=region.network, memory_gb=3, replicas=1, high_availability=True),  # NS-3
        search=listings.search(region, memory_gb=4, storage_gb=50, replicas=2, high_availability=True),  # NS-4
    )
    zones = own_zones()
    it = product(region, data, Shared(accounts=accounts.accounts(), mail=accounts.mail(zones), zones=zones))

    with_production(outside.services)  # NS-15
    operations.watched(it, budget(1219))
    export(it)

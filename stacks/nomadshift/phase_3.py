"""Phase 3: a second region with a whole of its own, one database each (seeds/000: NS-1 to NS-15).

Who lives where is the application's to know: each person, and each posting, is of one region, and what is asked over
both is asked of both.
"""

from infra_kit import Pooling, Postgres, Redis
from stacks.nomadshift import accounts, listings, operations, outside
from stacks.nomadshift.database import database
from stacks.nomadshift.product import Data, Shared, export, product
from stacks.nomadshift.regions import Region, europe, home
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    zones = own_zones()
    shared = Shared(accounts=accounts.accounts(), mail=accounts.mail(zones), zones=zones)
    here, there = (product(region, _data(region), shared) for region in (home(), europe()))

    with_production(outside.services)  # NS-15
    operations.watched(here, budget(1219))
    operations.watched(there)
    export(here)
    export(there)


def _data(region: Region) -> Data:
    cache = Redis(  # NS-3
        region.named("cache"),
        target=region.target,
        network=region.network,
        memory_gb=3,
        replicas=1,
        high_availability=True,
    )
    search = listings.search(region, memory_gb=4, storage_gb=50, replicas=2, high_availability=True)  # NS-4
    return Data(db=_database(region), cache=cache, search=search)


def _database(region: Region) -> Postgres:
    """NS-2: as in phase 2, in each region."""
    return database(
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
    )

"""What a region keeps data in from phase 2 on (seeds/000: NS-2 to NS-4)."""

from infra_kit import Pooling, Postgres, Redis
from stacks.nomadshift import listings
from stacks.nomadshift.database import database
from stacks.nomadshift.product import Data
from stacks.nomadshift.regions import Region


def replicated(region: Region) -> Data:
    db = _database(region)
    cache = Redis(  # NS-3
        region.named("cache"),
        target=region.target,
        network=region.network,
        memory_gb=3,
        replicas=1,
        high_availability=True,
    )
    search = listings.search(region, memory_gb=4, replicas=2, high_availability=True)  # NS-4
    return Data(db=db, cache=cache, search=search)


def _database(region: Region) -> Postgres:
    """NS-2: a standby in another zone, two readers, PgBouncer; NS-14: 10,000 users at once."""
    return database(
        region,
        cpu=4,
        dedicated_cpu=True,
        memory_gb=16,
        storage_gb=200,
        high_availability=True,
        read_replicas=2,
        pooling=Pooling(max_connections=1000),
        retention_days=14,
    )

"""Phase 1: one database and a replica for reports (seeds/000: NS-1 to NS-15)."""

from infra_kit import Redis
from stacks.nomadshift import accounts, listings, operations, outside
from stacks.nomadshift.database import database
from stacks.nomadshift.product import Data, Shared, export, product
from stacks.nomadshift.regions import home
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    region = home()
    data = Data(
        # NS-2: a db.t3.medium's two CPUs and 4 GiB.
        db=database(region, cpu=2, memory_gb=4, storage_gb=100, read_replicas=1, retention_days=7),
        cache=Redis("cache", network=region.network, memory_gb=1),  # NS-3
        search=listings.search(region, memory_gb=2),  # NS-4
    )
    zones = own_zones()
    it = product(region, data, Shared(accounts=accounts.accounts(), mail=accounts.mail(zones), zones=zones))

    with_production(outside.services)  # NS-15
    operations.watched(it, budget(1219))
    export(it)

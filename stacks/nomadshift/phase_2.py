"""Phase 2: reads go to replicas, connections through a pooler (seeds/000: NS-1 to NS-15)."""

from stacks.nomadshift import accounts, operations, outside
from stacks.nomadshift.product import Shared, export, product
from stacks.nomadshift.regions import home
from stacks.nomadshift.replicated import replicated
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    region = home()
    data, zones = replicated(region), own_zones()
    it = product(region, data, Shared(accounts=accounts.accounts(), mail=accounts.mail(zones), zones=zones))

    with_production(outside.services)  # NS-15
    operations.watched(it, budget(1219))
    export(it)

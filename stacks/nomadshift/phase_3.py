"""Phase 3: a second region with a whole of its own, one database each (seeds/000: NS-1 to NS-15).

Who lives where is the application's to know: each person, and each posting, is of one region, and what is asked over
both is asked of both.
"""

from stacks.nomadshift import accounts, operations, outside
from stacks.nomadshift.product import Shared, export, product
from stacks.nomadshift.regions import europe, home
from stacks.nomadshift.replicated import replicated
from stacks.outside import budget, with_production
from stacks.zones import own_zones


def deploy() -> None:
    zones = own_zones()
    shared = Shared(accounts=accounts.accounts(), mail=accounts.mail(zones), zones=zones)
    here, there = (product(region, replicated(region), shared) for region in (home(), europe()))

    with_production(outside.services)  # NS-15
    operations.watched(here, budget(1219))
    operations.watched(there)
    export(here)
    export(there)

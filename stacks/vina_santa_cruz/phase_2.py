"""Phase 2: growth, 5,000 to 15,000 users a month (seeds/001: VS-1 to VS-16)."""

from infra_kit import Redis
from stacks.outside import budget, with_production
from stacks.vina_santa_cruz import outside
from stacks.vina_santa_cruz.database import database
from stacks.vina_santa_cruz.network import shared_network
from stacks.vina_santa_cruz.product import product


def deploy() -> None:
    network = shared_network()
    db = database(cpu=2, memory_gb=4, storage_gb=50)
    cache = Redis("cache", network=network, memory_gb=0.5)

    with_production(lambda: outside.services("Solo"))  # VS-16
    product(db, cache, network=network, most=4, budgets=budget(197))

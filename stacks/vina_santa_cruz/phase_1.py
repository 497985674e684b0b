"""Phase 1: launch, up to 5,000 users a month (seeds/001: VS-1 to VS-16)."""

from infra_kit import Redis
from stacks.outside import budget, with_production
from stacks.vina_santa_cruz import outside
from stacks.vina_santa_cruz.database import database
from stacks.vina_santa_cruz.network import shared_network
from stacks.vina_santa_cruz.product import product


def deploy() -> None:
    network = shared_network()
    db = database(memory_gb=2, storage_gb=20)
    cache = Redis("cache", network=network, memory_gb=0.25)

    with_production(lambda: outside.services("Free"))  # VS-16
    product(db, cache, network=network, most=2, budgets=budget(71))

"""Phase 3: scale, 15,000 to 50,000 users a month, 99.9 % (seeds/001: VS-1 to VS-16)."""

from infra_kit import Redis
from stacks.outside import budget, with_production
from stacks.vina_santa_cruz import outside
from stacks.vina_santa_cruz.database import database
from stacks.vina_santa_cruz.network import shared_network
from stacks.vina_santa_cruz.product import product


def deploy() -> None:
    network = shared_network()
    db = database(cpu=2, dedicated_cpu=True, memory_gb=8, storage_gb=100, high_availability=True, read_replicas=1)
    cache = Redis("cache", network=network, memory_gb=1, replicas=1, high_availability=True)

    with_production(lambda: outside.services("Solo"))  # VS-16
    product(db, cache, network=network, most=8, budgets=budget(372))

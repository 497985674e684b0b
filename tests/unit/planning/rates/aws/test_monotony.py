"""More of anything never costs less."""

from decimal import Decimal
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from infra_kit import Cdn, ObjectStore, Postgres, Redis, Service
from infra_kit.planning import costs, prices
from infra_kit.planning.costs import Costs
from infra_kit.planning.programs import Planned
from infra_kit.planning.usage import Usage
from tests.unit.planning.rates.aws.bills import AWS, bill, planned
from tests.unit.planning.rates.aws.test_compute import IMAGE

MEMORY = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
KNOBS = [
    name
    for name, field in Usage.model_fields.items()
    if name not in {"cached", "commitment", "spot", "runs", "instances"}
]


def whole(made: Costs) -> Decimal:
    assert not made.unpriced
    return made.total


def rising(amounts: list[Decimal]) -> bool:
    return all(less <= more for less, more in pairwise(amounts))


def test_a_larger_database_never_costs_less() -> None:
    made = [bill(lambda: Postgres("db", target=AWS, memory_gb=size, storage_gb=50)) for size in MEMORY]  # noqa: B023
    assert rising([whole(each) for each in made])


def test_more_replicas_and_storage_never_cost_less() -> None:
    several = [
        bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=50, read_replicas=count))  # noqa: B023
        for count in range(4)
    ]
    larger = [bill(lambda: Postgres("db", target=AWS, memory_gb=4, storage_gb=size)) for size in (20, 100, 1000)]  # noqa: B023
    assert rising([whole(each) for each in several])
    assert rising([whole(each) for each in larger])


def test_a_larger_cache_never_costs_less() -> None:
    made = [bill(lambda: Redis("cache", target=AWS, memory_gb=size)) for size in MEMORY[:8]]  # noqa: B023
    assert rising([whole(each) for each in made])


def test_more_and_larger_instances_never_cost_less() -> None:
    def api(**arguments: Any) -> Costs:
        return bill(lambda: Service("api", target=AWS, image=IMAGE, **arguments))

    assert rising([whole(api(cpu=1, memory_gb=2, min_instances=count)) for count in (1, 2, 5, 20)])
    assert rising([whole(api(cpu=cpu, memory_gb=8)) for cpu in (1, 2, 4)])
    assert rising([whole(api(cpu=1, memory_gb=memory)) for memory in (2, 4, 6)])


def shop() -> None:
    files = ObjectStore("files", target=AWS)
    Cdn("edge", target=AWS, routes={"/*": files})
    Postgres("db", target=AWS, memory_gb=4, storage_gb=50)
    Redis("cache", target=AWS, memory_gb=1)
    Service("api", target=AWS, image=IMAGE, cpu=1, memory_gb=2)


@cache
def _planned() -> Planned:
    return planned(shop, "us-east-1", {})


def total(usage: dict[str, float]) -> Decimal:
    made = _planned()
    made.configuration.values["infra-kit:usage"] = {"*": usage}  # type: ignore[index]
    return whole(costs.cost(made))


@pytest.mark.parametrize("knob", [*KNOBS, "instances", "runs"])
def test_more_use_never_costs_less(knob: str) -> None:
    amounts = sorted(Random(knob).sample(range(700), 25))
    assert rising([total({knob: amount}) for amount in amounts])


@pytest.mark.parametrize("region", prices.regions("aws"))
def test_what_is_committed_to_or_spot_costs_less(region: str) -> None:
    book = prices.load("aws", region)
    for sku, (price, *_) in book.prices.items():
        on_demand = sku.removesuffix("/spot").removesuffix("/1y")
        assert on_demand == sku or price.amount < book.tiers(on_demand)[0].amount, sku

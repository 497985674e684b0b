"""What is larger, more or used more never costs less."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from infra_kit import (
    Backups,
    Cdn,
    Consumer,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
    Pooling,
    Postgres,
    Redis,
    Service,
    Stream,
    Worker,
)
from infra_kit.planning import prices
from infra_kit.planning.programs import Planned
from tests.unit.planning.rates.gcp.bills import VM, bill, planned, raw, used
from tests.unit.planning.rates.gcp.test_cloud_run import IMAGE

GROWING: dict[str, tuple[Callable[[Any], object], list[Any]]] = {
    "memory of a database": (lambda it: Postgres("db", cpu=1, memory_gb=it, storage_gb=20), [0.5, 1, 2, 4, 9, 30, 64]),
    "CPUs of a database": (lambda it: Postgres("db", cpu=it, memory_gb=4, storage_gb=20), [0.5, 1, 2, 3, 8, 32, 64]),
    "storage of a database": (lambda it: Postgres("db", storage_gb=it), [10, 20, 100, 3000]),
    "replicas of a database": (lambda it: Postgres("db", read_replicas=it), [0, 1, 2, 3]),
    "clients of a database": (lambda it: Postgres("db", **({"pooling": it} if it else {})), [None, Pooling()]),
    "memory of a cache": (lambda it: Redis("cache", memory_gb=it), [0.5, 1, 4, 8, 20, 60, 200]),
    "replicas of a cache": (lambda it: Redis("cache", memory_gb=5, replicas=it), [0, 1, 2, 5]),
    "CPUs of a service": (lambda it: Service("api", image=IMAGE, cpu=it, memory_gb=2), [0.5, 1, 2]),
    "memory of a service": (lambda it: Service("api", image=IMAGE, cpu=1, memory_gb=it), [0.5, 1, 2, 4]),
    "instances of a service": (lambda it: Service("api", image=IMAGE, min_instances=it), [1, 2, 5, 40]),
    "instances of a worker": (lambda it: Worker("mailer", image=IMAGE, min_instances=it), [1, 2, 5]),
    "cores of a machine": (lambda it: raw(VM, machineType=f"n2-standard-{it}", zone="us-central1-a"), [2, 4, 8, 64]),
}
USED: dict[str, list[float]] = {
    "hours": [0, 100, 365, 730],
    "requests": [0, 1e5, 1e6, 1e9],
    "gb_out": [0, 10, 1024, 20_000, 500_000],
    "gb_nat": [0, 10, 2000],
    "stored_gb": [0, 20, 5000],
    "backup_gb": [0, 100],
    "log_gb": [0, 1, 200],
    "messages": [0, 1e6, 1e10],
    "instances": [1, 2, 7.5],
    "run_minutes": [0, 1, 5, 600],
    "runs": [0, 1, 10_000],
}


def everything() -> None:
    api, files = Service("api", image=IMAGE), ObjectStore("files")
    Worker("mailer", image=IMAGE)
    Job("migrate", image=IMAGE)
    Postgres("db", backups=Backups())
    Redis("cache", memory_gb=1)
    streams = {"LEADS": Stream(subjects=["lead.*"])}
    EventBus("bus", engine="native", streams=streams, consumers={"scoring": Consumer(stream="LEADS")})
    Gateway("gateway", routes={"/*": api}, waf=True)
    Cdn("edge", routes={"/*": files, "/api/*": "https://api.example.com"})


@pytest.fixture(scope="module")
def whole() -> Planned:
    return planned(everything)


@pytest.mark.parametrize("what", GROWING)
def test_what_is_larger_never_costs_less(what: str) -> None:
    make, sizes = GROWING[what]
    found = [bill(partial(make, size)).total for size in sizes]
    assert all(smaller <= larger for smaller, larger in pairwise(found)), found
    assert found[0] < found[-1]


@pytest.mark.parametrize("what", USED)
def test_what_is_used_more_never_costs_less(whole: Planned, what: str) -> None:
    found = [used(whole, {"*": {what: amount}}).total for amount in USED[what]]
    assert all(less <= more for less, more in pairwise(found)), found
    assert found[0] < found[-1]


@pytest.mark.parametrize(("what", "amounts"), [("commitment", ["none", "1y", "3y"]), ("spot", [0, 0.3, 1])])
def test_what_is_bound_or_may_be_taken_back_costs_less(what: str, amounts: list[object]) -> None:
    def machines() -> None:
        raw(VM, machineType="n2-standard-4", zone="us-central1-a")
        Postgres("db", dedicated_cpu=True)

    there = planned(machines)
    found = [used(there, {"*": {what: amount}}).total for amount in amounts]
    assert all(more > less for more, less in pairwise(found)), found


@pytest.mark.parametrize("region", prices.regions("gcp"))
def test_each_tier_of_a_price_costs_no_more_than_the_one_before(region: str) -> None:
    for sku, tiers in prices.load("gcp", region).prices.items():
        assert tiers[0].above == 0, sku
        assert all(later.amount < earlier.amount for earlier, later in pairwise(tiers)), sku


@pytest.mark.parametrize("region", prices.regions("gcp"))
def test_in_advance_and_on_spot_all_is_cheaper(region: str) -> None:
    book = prices.load("gcp", region)
    for sku, (cheaper, *_) in book.prices.items():
        base, _, kind = sku.rpartition("/")
        if kind in ("1y", "3y", "spot"):
            assert cheaper.amount < book.tiers(base)[0].amount, sku

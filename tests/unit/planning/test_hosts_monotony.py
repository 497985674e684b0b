"""More of anything never costs less on a host; beyond the largest that can be rented it has no price."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from infra_kit import Consumer, EventBus, Gateway, ObjectStore, Postgres, Redis, Service, Stream, Volume, Worker
from infra_kit.engine.project import Project
from infra_kit.planning import costs, hosts
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.offers import Need, cheapest
from infra_kit.planning.prices import exchanged
from infra_kit.planning.programs import Planned
from infra_kit.testing import record

IMAGE = "registry.example/app:1"
VPS = {
    "infra-kit:target": "vps",
    "infra-kit:environment": "development",
    "infra-kit:vps": {"host": "203.0.113.10", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey"},
}
REGIONS = (None, "fsn1", "ash")
MEMORY = (0.5, 2, 4, 16, 64, 256)
DISK = (10, 40, 160, 640, 1280)
COUNT = (1, 2, 4, 8, 16, 32, 64)


def bus(size: float) -> EventBus:
    streams = {"ORDERS": Stream(subjects=["order.*"], max_size_gb=size)}
    return EventBus("events", streams=streams, consumers={"mail": Consumer(stream="ORDERS")})


WITHIN = {"memory of a service", "CPUs of a service"}
"""What may not be asked for more than the largest host has."""
GROWING: dict[str, tuple[Callable[[Any], object], Sequence[float]]] = {
    "memory of a database": (lambda it: Postgres("db", memory_gb=it), MEMORY),
    "CPUs of a database": (lambda it: Postgres("db", cpu=it), COUNT),
    "storage of a database": (lambda it: Postgres("db", storage_gb=it), DISK),
    "memory of a cache": (lambda it: Redis("cache", memory_gb=it), MEMORY),
    "streams of a bus": (bus, DISK),
    "memory of a service": (lambda it: Service("api", image=IMAGE, memory_gb=it), MEMORY[:5]),
    "CPUs of a service": (lambda it: Service("api", image=IMAGE, cpu=it), COUNT[:5]),
    "instances of a worker": (lambda it: Worker("mailer", image=IMAGE, memory_gb=4, min_instances=it), COUNT),
    "volume of a worker": (
        lambda it: Worker("mailer", image=IMAGE, volumes={"data": Volume(path="/data", size_gb=it)}),
        DISK,
    ),
}
USED = {"stored_gb": (*DISK, 5000), "gb_out": (0, 100, 1000, 5000, 20_000, 100_000)}


def planned(program: Callable[[], object], region: str | None = None) -> Planned:
    root = Path("/nowhere")
    project = Project(root=root, name="test", config_dir=root, home=root)
    config = {**VPS, **({"infra-kit:region": region} if region else {})}
    return Planned(Configuration(project, "test", config, frozenset()), record(program, config=config), ())


def total(there: Planned, usage: dict[str, float]) -> Decimal | None:
    """None: no host that can be rented is large enough."""
    values = {**there.configuration.values, "infra-kit:usage": {"*": usage}}
    made = costs.cost(replace(there, configuration=replace(there.configuration, values=values)), "EUR")
    return None if any(it.type == hosts.TYPE for it in made.unpriced) else made.total


def assert_rising(found: Sequence[Decimal | None]) -> None:
    """First what has a price, each as much as the one before or more; then what has none."""
    priced = [each for each in found if each is not None]
    assert list(found) == [*priced, *[None] * (len(found) - len(priced))]
    assert all(less <= more for less, more in pairwise(priced)), found
    assert priced[0] < priced[-1]


@pytest.mark.parametrize("what", GROWING)
def test_what_is_larger_never_costs_less_and_has_no_price_beyond_the_largest_host(what: str) -> None:
    make, sizes = GROWING[what]

    def program(size: float) -> None:
        make(size)
        shop()

    made = [planned(partial(program, size)) for size in sizes]
    usages: list[dict[str, float]] = [{}, {"gb_out": 50_000}]
    for usage in usages:
        found = [total(each, usage) for each in made]
        assert_rising(found)
        assert (found[-1] is None) == (what not in WITHIN)


@pytest.mark.parametrize("region", REGIONS)
def test_nor_does_a_larger_host_where_much_is_sent_in_any_region(region: str | None) -> None:
    made = [planned(partial(both, size), region) for size in MEMORY]
    for gb_out in (0, 5000, 50_000, 500_000):
        assert_rising([total(each, {"gb_out": gb_out}) for each in made])


def both(size: float) -> None:
    Redis("cache", memory_gb=size)
    shop()


def shop() -> None:
    ObjectStore("files")
    Gateway("edge", routes={"/*": Service("app", image=IMAGE, port=3000)}, domains=["shop.example"])


@pytest.mark.parametrize("what", USED)
def test_what_is_used_more_never_costs_less(what: str) -> None:
    there = planned(shop)
    assert_rising([total(there, {what: amount}) for amount in USED[what]])


@pytest.mark.parametrize("dedicated", [False, True])
@pytest.mark.parametrize("region", REGIONS)
def test_whatever_is_asked_more_of_a_host_costs_no_less_in_any_region(region: str | None, *, dedicated: bool) -> None:
    def priced(cpu: float, memory: float, disk: float) -> Decimal:
        found = cheapest(Need(cpu, memory, disk, dedicated), region)
        return exchanged(found.price.amount, found.price.currency, "EUR") if found else Decimal("Infinity")

    for need in product(COUNT, MEMORY, DISK):
        for place in range(3):
            more = [*need]
            more[place] *= 2
            assert priced(*need) <= priced(*more), need
    assert priced(COUNT[-1], 1, 1) == priced(1, MEMORY[-1], 1) == priced(1, 1, DISK[-1]) == Decimal("Infinity")

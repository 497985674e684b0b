"""Cloud SQL and Memorystore by their sizes, zones and replicas."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Postgres, Redis
from infra_kit.planning.usage import HOURS_A_MONTH
from tests.unit.planning.rates.gcp.bills import REDIS, SQL, bill, items, monthly, raw


def server(tier: str, **settings: Any) -> None:
    raw(SQL, settings={"tier": tier, "diskSize": 100, **settings})


def test_a_custom_machine_costs_its_cpus_and_memory() -> None:
    there = bill(lambda: server("db-custom-4-15360"))
    assert monthly(there, "sql/cpu") == pytest.approx(4 * HOURS_A_MONTH * 0.0413)
    assert monthly(there, "sql/memory") == pytest.approx(15 * HOURS_A_MONTH * 0.007)
    assert monthly(there, "sql/ssd") == pytest.approx(17)


def test_highly_available_is_twice_all_but_the_backups() -> None:
    backups = {"enabled": True}
    one, two = (
        items(bill(lambda kind=kind: server("db-custom-2-8192", availabilityType=kind, backupConfiguration=backups)))  # type: ignore[misc]
        for kind in ("ZONAL", "REGIONAL")
    )
    assert {sku: float((two[sku].monthly or 0) / (it.monthly or 1)) for sku, it in one.items()} == {
        "sql/cpu": 2,
        "sql/memory": 2,
        "sql/ssd": 2,
        "sql/backup": 1,
    }


@pytest.mark.parametrize(
    ("tier", "skus"),
    [
        ("db-f1-micro", {"sql/db-f1-micro", "sql/ssd"}),
        ("db-perf-optimized-N-8", {"sql/plus-cpu", "sql/plus-memory", "sql/ssd"}),
        ("db-n1-standard-4", {"sql/cpu", "sql/memory", "sql/ssd"}),
        ("db-memory-optimized-N-8", {"sql/db-memory-optimized-N-8", "sql/ssd"}),
    ],
)
def test_each_kind_of_machine_is_billed_as_it_is_sold(tier: str, skus: set[str]) -> None:
    assert set(items(bill(lambda: server(tier)))) == skus


def test_a_machine_that_the_book_does_not_know_is_unpriced() -> None:
    (unpriced,) = bill(lambda: server("db-memory-optimized-N-8")).unpriced
    assert unpriced.why == "the price book of gcp in us-central1 has no sql/db-memory-optimized-N-8"


def test_a_server_that_is_stopped_keeps_its_disk() -> None:
    assert set(items(bill(lambda: server("db-custom-2-8192", activationPolicy="NEVER")))) == {"sql/ssd"}


def test_our_postgres_costs_its_server_and_each_replica() -> None:
    one, two = (
        bill(lambda number=number: Postgres("db", cpu=2, memory_gb=8, storage_gb=50, read_replicas=number))  # type: ignore[misc]
        for number in (1, 2)
    )
    replica = sum(float(it.monthly or 0) for it in items(two, "db-replica-2").values())
    assert replica > 100
    assert float(two.total - one.total) == pytest.approx(replica, rel=0.01)


@pytest.mark.parametrize(("years", "share"), [("1y", 0.75), ("3y", 0.48)])
def test_a_database_that_is_paid_for_in_advance_costs_less(years: str, share: float) -> None:
    there = bill(lambda: server("db-custom-4-15360"), {"*": {"commitment": years}})
    assert monthly(there, f"sql/cpu/{years}") == pytest.approx(4 * HOURS_A_MONTH * 0.0413 * share)


def test_a_shared_core_cannot_be_paid_for_in_advance() -> None:
    assert "sql/db-g1-small" in items(bill(lambda: server("db-g1-small"), {"*": {"commitment": "3y"}}))


@pytest.mark.parametrize(
    ("size", "band"), [(1, "M1"), (4, "M1"), (5, "M2"), (10, "M2"), (11, "M3"), (35, "M3"), (36, "M4"), (101, "M5")]
)
def test_a_cache_has_the_price_of_its_band(size: int, band: str) -> None:
    assert set(items(bill(lambda: raw(REDIS, memorySizeGb=size, tier="BASIC")))) == {f"redis/basic/{band}"}


def test_our_redis_has_two_nodes_and_a_reader_is_half_a_pair() -> None:
    plain = bill(lambda: Redis("cache", memory_gb=6))
    read = bill(lambda: Redis("cache", memory_gb=6, replicas=2))
    assert monthly(plain, "redis/standard/M2", "cache-server") == pytest.approx(6 * HOURS_A_MONTH * 0.054)
    assert monthly(read, "redis/standard/M2", "cache-server") == pytest.approx(1.5 * 6 * HOURS_A_MONTH * 0.054)


def test_the_smallest_caches_are_not_sold_in_advance() -> None:
    committed = {"*": {"commitment": "1y"}}
    assert "redis/basic/M1" in items(bill(lambda: raw(REDIS, memorySizeGb=2, tier="BASIC"), committed))
    assert "redis/basic/M2/1y" in items(bill(lambda: raw(REDIS, memorySizeGb=8, tier="BASIC"), committed))

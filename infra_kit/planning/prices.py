"""The price book: list prices as dated data, each with the vendor's page it comes from.

`price_book/<vendor>/<region>.csv`, and `global.csv` for what costs the same everywhere. Its columns: see `Price`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal, get_args

from infra_kit.errors import PlanningError

Currency = Literal["USD", "EUR"]
STALE_AFTER = timedelta(days=180)
GLOBAL = "global"
UNKNOWN = "unknown region"
"""Of what nobody has said a region for."""
UNITS = frozenset(
    {
        "hour", "month", "year", "GB", "GB-hour", "GB-month", "vCPU-hour", "GB-second", "vCPU-second", "1k requests",
        "1M requests", "1M", "key-month", "zone-month", "user-month", "1M events", "unit-hour", "transition",
    }
)  # fmt: skip
"""What a price may be for. A month has 730 hours, a GB is what its vendor bills as one."""
_PUBLIC = re.compile(r"https://\S+|[\w.-]+/[\w.-]+ \S+\.\w+")
"""A page, or a repository of GitHub and a file in it: what everybody can look at."""
_COLUMNS = ("sku", "above", "amount", "currency", "unit", "source", "read", "checked")


@dataclass(frozen=True)
class Price:
    """What one unit of something costs, without tax."""

    sku: str
    """Ours, in the vendor's words: `rds/postgres/db.t4g.medium`."""
    above: Decimal
    """Holds for what is above this quantity a month (0: from the first on)."""
    amount: Decimal
    currency: Currency
    unit: str
    source: str
    """The vendor's page."""
    read: date
    """The day on which it was true, as far as is known."""
    checked: str
    """What it was held against, beginning with a page's URL, or `owner/repository path`. Empty: it was not verified."""

    @property
    def verified(self) -> bool:
        return bool(self.checked)

    def is_stale(self, today: date) -> bool:
        """Whether it is older than 180 days."""
        return today - self.read > STALE_AFTER


@dataclass(frozen=True)
class Book:
    """What a vendor charges in a region."""

    vendor: str
    region: str
    prices: Mapping[str, tuple[Price, ...]]
    """By SKU, its tiers from the lowest on."""

    def tiers(self, sku: str) -> tuple[Price, ...]:
        """The tiers of a SKU; none where the book does not know it."""
        return self.prices.get(sku, ())

    def is_stale(self, today: date) -> bool:
        """Whether one of its prices is older than 180 days."""
        return any(price.is_stale(today) for tiers in self.prices.values() for price in tiers)


def tiered(tiers: Iterable[Price], quantity: Decimal) -> Decimal:
    """What a month's quantity costs: each tier's price for the part of it that falls into that tier."""
    ordered = list(tiers)
    ends = [price.above for price in ordered[1:]] + [max(quantity, ordered[-1].above)]
    return sum(
        (
            price.amount * max(min(quantity, end) - price.above, Decimal(0))
            for price, end in zip(ordered, ends, strict=True)
        ),
        Decimal(0),
    )


@cache
def load(vendor: str, region: str) -> Book:
    """The book of a region, with what the vendor charges everywhere. Of a region that has none: only that.

    Raises:
        PlanningError: a row of a file is not one of a price book: it names the file and the line.
    """
    found: dict[str, list[Price]] = {}
    for name in dict.fromkeys((GLOBAL, region)):
        for price in _rows(vendor, name):
            found.setdefault(price.sku, []).append(price)
    prices = {sku: tuple(sorted(tiers, key=lambda each: each.above)) for sku, tiers in found.items()}
    return Book(vendor, region, prices)


def exchanged(amount: Decimal, currency: Currency, wanted: Currency) -> Decimal:
    """An amount in another currency, by the dated rate of `price_book/exchange.csv`."""
    if currency == wanted:
        return amount
    rate = exchange_rate()
    return amount * rate.usd_per_eur if currency == "EUR" else amount / rate.usd_per_eur


@dataclass(frozen=True)
class ExchangeRate:
    usd_per_eur: Decimal
    source: str
    read: date


@cache
def exchange_rate() -> ExchangeRate:
    with (files("infra_kit.planning") / "price_book" / "exchange.csv").open(encoding="utf-8") as text:
        row = next(csv.DictReader(text))
    return ExchangeRate(Decimal(row["usd_per_eur"]), row["source"], date.fromisoformat(row["read"]))


def regions(vendor: str) -> list[str]:
    """The regions for which there is a book, sorted."""
    folder = _folder(vendor)
    files_ = folder.iterdir() if folder.is_dir() else ()
    names = (file.name.removesuffix(".csv") for file in files_ if file.name.endswith(".csv"))
    return sorted(name for name in names if name != GLOBAL)


def without_book(vendor: str, region: str, key: str) -> str:
    """Why nothing has a price in a region: no book is of it; empty where one is, or where the vendor has no regions.

    Args:
        key: the key of the configuration that says the region; empty where the program does.
    """
    known = regions(vendor)
    if not known or region in (GLOBAL, *known):
        return ""
    near = next(iter(get_close_matches(region, known, n=1)), known[-1])
    what = f"{key} is not set" if region == UNKNOWN else f"there is no price book of {vendor} in {region}"
    way_out = f" (try --set {key}={near})" if key else ""
    return f"{what}; regions with prices: {', '.join(known)}{way_out}"


def _folder(vendor: str) -> Traversable:
    return files("infra_kit.planning") / "price_book" / vendor


def _rows(vendor: str, region: str) -> Iterator[Price]:
    file = _folder(vendor) / f"{region}.csv"
    if not file.is_file():
        return
    with file.open(encoding="utf-8") as text:
        reader = csv.DictReader(text)
        if tuple(reader.fieldnames or ()) != _COLUMNS:
            raise PlanningError(f"{file}: the columns are {reader.fieldnames}; a price book has {', '.join(_COLUMNS)}.")
        seen: set[tuple[str, Decimal]] = set()
        for row in reader:
            price = _price(row, f"{file}, line {reader.line_num}")
            if (price.sku, price.above) in seen:
                raise PlanningError(f"{file}, line {reader.line_num}: {price.sku} stands there twice.")
            seen.add((price.sku, price.above))
            yield price


def _price(row: Mapping[str, str], where: str) -> Price:
    try:
        price = Price(
            sku=row["sku"],
            above=Decimal(row["above"] or 0),
            amount=Decimal(row["amount"]),
            currency=row["currency"],  # type: ignore[arg-type]  # looked at below
            unit=row["unit"],
            source=row["source"],
            read=date.fromisoformat(row["read"]),
            checked=row["checked"],
        )
    except (InvalidOperation, ValueError, TypeError) as error:
        raise PlanningError(f"{where}: {dict(row)} is no price: {error}.") from error
    if wrong := list(problems(price)):
        raise PlanningError(f"{where}: {'; '.join(wrong)}.")
    return price


def problems(price: Price) -> Iterator[str]:
    """Why a row is no price that a book may hold."""
    if not price.sku:
        yield "sku: it is empty"
    if price.amount < 0:
        yield f"amount: given {price.amount}; no price is negative"
    if price.currency not in get_args(Currency):
        yield f"currency: given {price.currency!r}, allowed: USD, EUR"
    if price.unit not in UNITS:
        yield f"unit: given {price.unit!r}, allowed: {', '.join(sorted(UNITS))}"
    if "https://" not in price.source:
        yield f"source: given {price.source!r}; the vendor's https:// page is needed"
    if price.checked and not _PUBLIC.match(price.checked):
        yield (
            f"checked: given {price.checked!r}; it begins with an https:// page or with a public repository and the "
            "file in it (owner/repository path), or is empty: not verified"
        )

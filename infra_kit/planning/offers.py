"""Offers: hosts that can be rented, as dated data: `host_offers/<vendor>.csv`. Prices are without tax.

Its columns: see `Offer`. A price is no stock: whether a host can be ordered today, its vendor's console says.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import get_args

from infra_kit.errors import PlanningError
from infra_kit.planning import prices
from infra_kit.planning.prices import Price
from infra_kit.workloads import Architecture

EVERYWHERE = "all"
GB_PER_TB = 1000
_COLUMNS = (
    "offer", "regions", "cpu", "memory_gb", "disk_gb", "traffic_tb", "dedicated_cpu", "architecture", "amount",
    "currency", "source", "read", "checked",
)  # fmt: skip
_YES = {"yes": True, "no": False}


@dataclass(frozen=True)
class Offer:
    """A host that a vendor rents."""

    name: str
    """With its vendor: `hetzner/cx33`."""
    regions: tuple[str, ...]
    """Where it costs this, in the vendor's words; `all`: everywhere."""
    cpu: float
    memory_gb: float
    disk_gb: float
    traffic_gb: float
    """To the internet, included in a month."""
    dedicated_cpu: bool
    architecture: Architecture
    price: Price
    """Of a month."""

    @property
    def vendor(self) -> str:
        return self.name.partition("/")[0]

    @property
    def words(self) -> str:
        kind = "dedicated" if self.dedicated_cpu else "shared"
        return f"{self.name}, {self.cpu:g} {kind} CPUs, {self.memory_gb:g} GB, {self.disk_gb:g} GB disk"

    def stands_in(self, region: str | None) -> bool:
        return region is None or EVERYWHERE in self.regions or region in self.regions

    def has(self, need: Need) -> bool:
        return (
            self.cpu >= need.cpu
            and self.memory_gb >= need.memory_gb
            and self.disk_gb >= need.disk_gb
            and (self.dedicated_cpu or not need.dedicated_cpu)
            and self.architecture in need.architectures
        )


@dataclass(frozen=True)
class Need:
    """What is asked of a host."""

    cpu: float
    memory_gb: float
    disk_gb: float
    dedicated_cpu: bool = False
    architectures: tuple[Architecture, ...] = ("amd64",)

    @property
    def words(self) -> str:
        kind = "dedicated " if self.dedicated_cpu else ""
        return f"{self.cpu:g} {kind}CPU{'s' * (self.cpu != 1)}, {self.memory_gb:g} GB, {self.disk_gb:g} GB disk"


def _nothing(_: Offer) -> Decimal:
    return Decimal(0)


def named(name: str, region: str | None) -> Offer | None:
    """The offer of that name in a region (None: where it costs least); None where the book has none."""
    return _cheapest(offer for offer in load() if offer.name == name and offer.stands_in(region))


def cheapest(need: Need, region: str | None, beside: Callable[[Offer], Decimal] = _nothing) -> Offer | None:
    """The cheapest offer of all vendors that has what is needed, compared in one currency.

    Args:
        beside: what its vendor bills beside it (an address, traffic), in EUR a month.
    """
    return _cheapest((offer for offer in load() if offer.has(need) and offer.stands_in(region)), beside)


def _cheapest(offers: Iterator[Offer], beside: Callable[[Offer], Decimal] = _nothing) -> Offer | None:
    return min(
        offers, key=lambda it: prices.exchanged(it.price.amount, it.price.currency, "EUR") + beside(it), default=None
    )


@cache
def load() -> tuple[Offer, ...]:
    """All offers of all vendors.

    Raises:
        PlanningError: a row is no offer: it names the file and the line.
    """
    folder = files("infra_kit.planning") / "host_offers"
    vendors = sorted(file.name.removesuffix(".csv") for file in folder.iterdir() if file.name.endswith(".csv"))
    return tuple(offer for vendor in vendors for offer in read(vendor, (folder / f"{vendor}.csv").read_text("utf-8")))


def read(vendor: str, text: str) -> Iterator[Offer]:
    """The offers in a vendor's file."""
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise PlanningError(f"{vendor}.csv: the columns are {reader.fieldnames}; offers have {', '.join(_COLUMNS)}.")
    seen: set[tuple[str, str]] = set()
    for row in reader:
        where = f"{vendor}.csv, line {reader.line_num}"
        offer = _offer(vendor, row, where)
        for region in offer.regions:
            if (offer.name, region) in seen:
                raise PlanningError(f"{where}: {offer.name} in {region} stands there twice.")
            seen.add((offer.name, region))
        yield offer


def _offer(vendor: str, row: Mapping[str, str], where: str) -> Offer:
    try:
        offer = Offer(
            name=f"{vendor}/{row['offer']}",
            regions=tuple(row["regions"].split()),
            cpu=float(row["cpu"]),
            memory_gb=float(row["memory_gb"]),
            disk_gb=float(row["disk_gb"]),
            traffic_gb=float(row["traffic_tb"]) * GB_PER_TB,
            dedicated_cpu=_YES[row["dedicated_cpu"]],
            architecture=row["architecture"],  # type: ignore[arg-type]  # looked at below
            price=Price(
                sku=f"{vendor}/{row['offer']}",
                above=Decimal(0),
                amount=Decimal(row["amount"]),
                currency=row["currency"],  # type: ignore[arg-type]  # looked at below
                unit="month",
                source=row["source"],
                read=date.fromisoformat(row["read"]),
                checked=row["checked"],
            ),
        )
    except (InvalidOperation, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlanningError(f"{where}: {dict(row)} is no offer: {type(error).__name__}: {error}.") from error
    _check(offer, where)
    return offer


def _check(offer: Offer, where: str) -> None:
    price = offer.price
    figures: dict[str, float | Decimal] = {
        "cpu": offer.cpu,
        "memory_gb": offer.memory_gb,
        "disk_gb": offer.disk_gb,
        "amount": price.amount,
    }
    wrong = [
        *prices.problems(price),
        *(f"{name}: given {value}, more than 0 is needed" for name, value in figures.items() if value <= 0),
        "" if offer.regions else "regions: none is named; `all` means everywhere",
        "" if offer.architecture in get_args(Architecture) else f"architecture: given {offer.architecture!r}",
    ]
    if any(wrong):
        raise PlanningError(f"{where}: {'; '.join(filter(None, wrong))}.")

"""What a planned stack costs a month, item by item; what has no price is said, and never counted as nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast, get_args

from infra_kit.errors import ConfigError
from infra_kit.planning import hosts, prices, rates, usage
from infra_kit.planning.prices import Currency, Price
from infra_kit.planning.programs import Planned
from infra_kit.planning.rates import Asked, Line


@dataclass(frozen=True)
class Item:
    """One line of the bill."""

    component: str
    """The name of the component it belongs to; empty for what stands beside ours."""
    resource: str
    """The logical name of what is billed."""
    type: str
    what: str
    """In words: `db.t4g.medium, two zones`."""
    quantity: Decimal
    unit: str
    price: Price | None
    """Of the lowest tier. None: unpriced."""
    monthly: Decimal | None
    """In the currency of the bill."""
    assumed: bool
    """Its quantity is an assumption (`infra-kit:usage`), and no choice of the program's."""
    why: str = ""
    """Of an unpriced one, what is missing; else, where it was chosen, why it is this one."""
    misplaced: bool = False
    """It is unpriced because no price book is of its region."""


@dataclass(frozen=True)
class Costs:
    """The bill of a month, without tax."""

    currency: Currency
    items: tuple[Item, ...]

    @property
    def total(self) -> Decimal:
        """Of what has a price."""
        return sum((item.monthly for item in self.items if item.monthly is not None), Decimal(0))

    @property
    def unpriced(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.monthly is None)

    @property
    def misplaced(self) -> tuple[str, ...]:
        """Why whole regions have no price, each once."""
        return tuple(dict.fromkeys(item.why for item in self.items if item.misplaced))

    def stale(self, today: date | None = None) -> int:
        """How many items have a price that is older than 180 days."""
        return sum(item.price.is_stale(today or date.today()) for item in self.items if item.price)

    def by_component(self) -> Mapping[str, Decimal]:
        found: dict[str, Decimal] = {}
        for item in self.items:
            found[item.component] = found.get(item.component, Decimal(0)) + (item.monthly or 0)
        return found


def cost(planned: Planned, currency: Currency | None = None) -> Costs:
    """The bill of a planned stack, in `currency`, the stack's own (`infra-kit:currency`), or USD.

    Raises:
        ConfigError: `infra-kit:usage` says something about a component that is not there, or what no usage is; or a
            currency is not known.
    """
    wanted = _currency(currency or planned.configuration.get("currency") or "USD")
    by_name = {made.name: made for made in planned.components}
    used = usage.read(planned.configuration.get("usage") or {}, by_name)
    found: list[Item] = []
    for resource in planned.resources:
        name = planned.component_of.get(resource.urn, usage.OTHERS)
        found += _of_resource(Asked(planned, resource, by_name.get(name), used[name]), wanted)
    for host, line in hosts.lines(planned, used):
        whose = _Whose("", host.settings.host, hosts.TYPE, (hosts.TARGET, host.region or "any region"))
        found.append(_item(line, whose, wanted))
    return Costs(wanted, tuple(found))


def _currency(given: object) -> Currency:
    for known in get_args(Currency):
        if given == known:
            return cast(Currency, known)
    raise ConfigError(f"infra-kit:currency: given {given!r}, allowed: {', '.join(get_args(Currency))}.")


@dataclass(frozen=True)
class _Whose:
    component: str
    resource: str
    type: str
    book: tuple[str, str]
    key: str = ""
    """What says its region; empty where the program does."""


def _of_resource(asked: Asked, currency: Currency) -> Iterator[Item]:
    resource = asked.resource
    whose = _Whose(asked.made.name if asked.made else "", resource.name, resource.type, asked.book, _key(asked))
    lines = rates.lines(asked)
    if lines is None:
        lines = [Line(resource.type, "", 1, why=f"nothing is known of what {resource.type} costs")]
    for line in lines:
        yield _item(line, whose, currency)


def _key(asked: Asked) -> str:
    """`infra-kit:region` is of components on the stack's own target alone; else it is the provider's own key."""
    config, made = asked.planned.configuration, asked.made
    vendor, region = asked.book
    ours = made is not None and made.target.name == config.get("target")
    key = f"{'infra-kit' if ours else vendor}:region"
    return key if region in (prices.UNKNOWN, config.values.get(key)) else ""


def _item(line: Line, whose: _Whose, currency: Currency) -> Item:
    vendor, region = line.book or whose.book
    tiers = line.tiers or prices.load(vendor, region).tiers(line.sku)
    quantity = Decimal(str(line.quantity))
    nowhere = "" if tiers or line.why else prices.without_book(vendor, region, whose.key)
    return Item(
        component=whose.component,
        resource=whose.resource,
        type=whose.type,
        what=line.what,
        quantity=quantity,
        unit=tiers[0].unit if tiers else "",
        price=tiers[0] if tiers else None,
        monthly=prices.exchanged(prices.tiered(tiers, quantity), tiers[0].currency, currency) if tiers else None,
        assumed=line.assumed,
        why=line.why or nowhere or ("" if tiers else f"the price book of {vendor} in {region} has no {line.sku}"),
        misplaced=bool(nowhere),
    )

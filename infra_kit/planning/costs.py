"""What a planned stack costs a month, item by item; what has no price is said, and never counted as nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from infra_kit._program import Made
from infra_kit.planning import prices, rates, usage
from infra_kit.planning.prices import Currency, Price
from infra_kit.planning.programs import Planned
from infra_kit.planning.rates import Asked, Line
from infra_kit.planning.usage import Usage
from infra_kit.testing.recording import Resource


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
    """Of the lowest tier. None: unpriced, and `why` says why."""
    monthly: Decimal | None
    """In the currency of the bill."""
    assumed: bool
    """Its quantity is an assumption (`infra-kit:usage`), and no choice of the program's."""
    why: str = ""


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

    def by_component(self) -> Mapping[str, Decimal]:
        found: dict[str, Decimal] = {}
        for item in self.items:
            found[item.component] = found.get(item.component, Decimal(0)) + (item.monthly or 0)
        return found


def cost(planned: Planned, currency: Currency | None = None) -> Costs:
    """The bill of a planned stack.

    Raises:
        ConfigError: `infra-kit:usage` says something about a component that is not there, or what no usage is.
    """
    wanted: Currency = currency or planned.configuration.get("currency") or "USD"
    by_name = {made.name: made for made in planned.components}
    given = planned.configuration.get("usage") or {}
    used, others = usage.read(given, by_name), usage.of_others(given)
    found: list[Item] = []
    for resource in planned.resources:
        name = planned.component_of.get(resource.urn, "")
        found += _items(planned, resource, by_name.get(name), used.get(name, others), wanted)
    return Costs(wanted, tuple(found))


def _items(planned: Planned, resource: Resource, made: Made | None, used: Usage, currency: Currency) -> Iterator[Item]:
    name = made.name if made else ""
    asked = Asked(planned, resource, made, used)
    lines = rates.lines(asked)
    if lines is None:
        why = f"nothing is known of what {resource.type} costs"
        yield Item(
            name, resource.name, resource.type, resource.type, Decimal(1), "month", None, None, assumed=False, why=why
        )
        return
    for line in lines:
        yield _item(line, name, resource, asked, currency)


def _item(line: Line, component: str, resource: Resource, asked: Asked, currency: Currency) -> Item:
    vendor, region = asked.book
    tiers = prices.load(vendor, region).tiers(line.sku)
    what, quantity = line.what, Decimal(str(line.quantity))
    if not tiers:
        why = f"the price book of {vendor} in {region} has no {line.sku}"
        return Item(
            component, resource.name, resource.type, what, quantity, "?", None, None, assumed=line.assumed, why=why
        )
    monthly = prices.exchanged(prices.cost(tiers, quantity), tiers[0].currency, currency)
    return Item(
        component, resource.name, resource.type, what, quantity, tiers[0].unit, tiers[0], monthly, assumed=line.assumed
    )

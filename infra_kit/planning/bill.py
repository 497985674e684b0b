"""The bill of a stack with all that it rests on: what was assumed, which budgets hold, how old its prices are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import isfinite

from infra_kit.errors import PlanningError
from infra_kit.planning import costs, prices, usage
from infra_kit.planning.costs import Costs, Item
from infra_kit.planning.prices import Currency, ExchangeRate
from infra_kit.planning.programs import Planned
from infra_kit.planning.usage import Usage

BUDGET = "infra-kit:index:Budget"


@dataclass(frozen=True)
class Limit:
    """A month's budget, held against the bill."""

    said_by: str
    """`--budget`, or the stack's own: `Budget 'budget'`."""
    monthly: Decimal
    """In the currency of the bill."""
    over: bool
    """Whether what has a price comes to more."""
    priced: Decimal
    """What has a price comes to that."""
    unpriced: int
    """Lines without a price: with them, it may be over nevertheless."""

    @property
    def undecided(self) -> bool:
        """Whether it is not over by what has a price, and some has none."""
        return not self.over and self.unpriced > 0


@dataclass(frozen=True)
class Bill:
    """What `infra-kit cost` shows."""

    stack: str
    currency: Currency
    total: Decimal
    """Of what has a price, a month, without tax."""
    unpriced: int
    by_component: Mapping[str, Decimal]
    """By the component's name; empty: what stands beside them."""
    items: tuple[Item, ...]
    """By component, in the order in which the program makes them."""
    budgets: tuple[Limit, ...]
    users: float | None
    per_user: Decimal | None
    """Where the stack says how many there are: `infra-kit:usage: {"*": {users: 5000}}`."""
    usage: Mapping[str, Mapping[str, float | str]]
    """A month's assumptions: `*` of every component, then what one says otherwise."""
    assumed: tuple[str, ...]
    """What was made up where only a cloud, another stack or the stack's owner knows."""
    exchange: ExchangeRate | None
    """Where some of it is priced in the other currency."""
    stale: int
    """How many items have a price that is older than 180 days."""
    unverified: int
    """How many items have a price that could not be held against anything."""

    @property
    def over(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in self.budgets if limit.over)


def bill(
    planned: Planned, currency: Currency | None = None, budget: float | None = None, today: date | None = None
) -> Bill:
    """The bill of a planned stack.

    Args:
        planned: the stack.
        currency: see `costs.cost`.
        budget: of a month, in that currency, beside the stack's own.
        today: prices are as old as they are on this day. Default: today.

    Raises:
        PlanningError: the budget is no amount of money.
    """
    found = costs.cost(planned, currency)
    order = {made.name: place for place, made in enumerate(planned.components)}
    of_all = usage.read(planned.configuration.get("usage") or {}, order)[usage.OTHERS]
    priced = [item.price for item in found.items if item.price]
    held = tuple(limits(planned, found, budget))
    foreign = any(price.currency != found.currency for price in priced) or _is_foreign(planned, found.currency)
    return Bill(
        stack=planned.stack,
        currency=found.currency,
        total=found.total,
        unpriced=len(found.unpriced),
        by_component=found.by_component(),
        items=tuple(sorted(found.items, key=lambda item: order.get(item.component, len(order)))),
        budgets=held,
        users=of_all.users,
        per_user=found.total / Decimal(str(of_all.users)) if of_all.users else None,
        usage=_usage(planned, found, of_all),
        assumed=planned.assumed,
        exchange=prices.exchange_rate() if foreign else None,
        stale=found.stale(today),
        unverified=sum(not price.verified for price in priced),
    )


def limits(planned: Planned, found: Costs, asked: float | None = None) -> Iterator[Limit]:
    """The budget that is asked for, then the stack's own, each held against what the stack costs.

    Raises:
        PlanningError: the one that is asked for is no amount of money.
    """
    if asked is not None:
        if not (isfinite(asked) and asked >= 0):
            raise PlanningError(f"--budget: given {asked:g}; what a month may cost is needed, e.g. --budget 150.")
        yield _limit("--budget", Decimal(str(asked)), found)
    for name, monthly, currency in _own(planned):
        yield _limit(f"Budget {name!r}", prices.exchanged(monthly, currency, found.currency), found)


def _own(planned: Planned) -> Iterator[tuple[str, Decimal, Currency]]:
    """The budgets that the stack itself has."""
    for made in planned.components:
        if made.type == BUDGET:
            spec = dict(made.spec)
            yield made.name, Decimal(str(spec["monthly"])), spec["currency"]


def _is_foreign(planned: Planned, currency: Currency) -> bool:
    return any(own != currency for _, _, own in _own(planned))


def _limit(said_by: str, monthly: Decimal, found: Costs) -> Limit:
    return Limit(said_by, monthly, found.total > monthly, found.total, len(found.unpriced))


def _usage(planned: Planned, found: Costs, of_all: Usage) -> dict[str, dict[str, float | str]]:
    """What every component is assumed to have, where an item goes by it; and what the stack says of one."""
    if not any(item.assumed for item in found.items):
        return {}
    given = planned.configuration.get("usage") or {}
    own = {name: dict(each) for name, each in given.items() if name != usage.ALL}
    return {usage.ALL: of_all.model_dump(exclude_none=True, exclude={"users"}), **own}

"""`infra-kit cost`: what a stack would cost a month, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console
from rich.markup import escape

from infra_kit.commands import common, exit_codes
from infra_kit.commands.common import AsJson, PlannedStack, Recorded, Set, money
from infra_kit.commands.footnotes import Footnotes

if TYPE_CHECKING:
    from infra_kit.planning.bill import Bill
    from infra_kit.planning.costs import Item
    from infra_kit.planning.prices import Currency, Price

SMALL = Decimal("0.005")
"""What is shown as 0.00."""


def _currency(given: str | None) -> str | None:
    if given not in {None, "USD", "EUR"}:
        raise typer.BadParameter(f"given {given}, allowed: USD, EUR.")
    return given


def _amount(given: float | None) -> float | None:
    if given is not None and not (isfinite(given) and given >= 0):
        raise typer.BadParameter(f"given {given:g}; what a month may cost is needed, e.g. --budget 150.")
    return given


CurrencyName = Annotated[
    str | None,
    typer.Option(
        "--currency", metavar="USD|EUR", callback=_currency, help="Default: the stack's infra-kit:currency, or USD."
    ),
]
MonthlyBudget = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="AMOUNT",
        callback=_amount,
        help="Of a month. Exit code 5 above it, or above a budget of the stack's own.",
    ),
]


def cost(
    stack: PlannedStack = None,
    settings: Set = None,
    currency: CurrencyName = None,
    budget: MonthlyBudget = None,
    answers: Recorded = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what a stack would cost a month, and what that rests on. Offline. Exit code 5: over budget."""
    from infra_kit.planning.bill import bill  # noqa: PLC0415  `up` and `status` do without

    made = bill(common.planned(stack, settings, answers), cast("Currency | None", currency), budget)
    if as_json:
        common.print_json(made)
    else:
        _print(made)
    if made.over:
        raise typer.Exit(exit_codes.OVER_BUDGET)


def _print(made: Bill) -> None:
    console, sources = common.out(), Footnotes()
    _print_items(console, made, sources)
    _print_total(console, made)
    common.print_list(console, "Unpriced", _unpriced(item for item in made.items if item.monthly is None))
    common.print_list(console, "Chosen", _unique(f"{it.what}: {it.why}" for it in made.items if it.price and it.why))
    common.print_list(console, "Assumed", _assumptions(made))
    common.print_list(console, "Prices, without tax", [*sources.lines(), *_exchange(made)])
    if made.stale:
        console.print(f"\n{common.age(made.stale)}")


def _print_items(console: Console, made: Bill, sources: Footnotes) -> None:
    table = common.table("", "quantity", "unit price", f"{made.currency} a month", "", right=("quantity", "unit price"))
    table.columns[3].justify = "right"
    for title, items in _groups(made).items():
        table.add_row(f"[bold]{escape(title)}[/]", "", "", f"[bold]{money(_total(items))}[/]", "")
        merged = _merged(items)
        small = [item for item in merged if 0 < (item.monthly or 0) < SMALL]
        for item in merged:
            if item not in small:
                table.add_row(*_row(item, made, sources))
        if small:
            table.add_row(f"  [dim]{len(small)} of less than a cent[/]", "", "", f"[dim]{money(_total(small))}[/]", "")
    console.print(table)


def _row(item: Item, made: Bill, sources: Footnotes) -> tuple[str, str, str, str, str]:
    price = cast("Price", item.price)
    quantity = f"{'~' if item.assumed else ''}{_figure(_rounded(item.quantity))}"
    currency = "" if price.currency == made.currency else f" {price.currency}"
    unit = f"{_unit_price(price.amount)}{currency}/{price.unit}"
    return f"  {escape(item.what)}", quantity, unit, money(item.monthly), sources.mark(_source(price))


def _source(price: Price) -> str:
    return f"{price.source}, {price.read}{'' if price.verified else ', not verified'}"


def _print_total(console: Console, made: Bill) -> None:
    more = f", and [yellow]{made.unpriced} unpriced[/], which are not in it" if made.unpriced else ""
    console.print(f"\n[bold]{made.stack}: {money(made.total)} {made.currency} a month[/]{more}")
    if made.per_user is not None:
        console.print(f"{made.per_user:.4f} {made.currency} a user a month, of {made.users:,g}")
    for limit in made.budgets:
        console.print(common.budget(limit, made.currency))


def _unpriced(items: Iterable[Item]) -> Iterator[str]:
    """Each reason once, with all that it holds for."""
    whys: dict[str, list[str]] = {}
    for item in items:
        named = item.resource if item.what == item.type else f"{item.resource} ({item.what})"
        whys.setdefault(item.why, []).append(named)
    yield from (f"{why}: {', '.join(_unique(names))}" for why, names in whys.items())


def _assumptions(made: Bill) -> Iterator[str]:
    if made.usage:
        yield "what has a ~ goes by a month's usage (say your own in infra-kit:usage), or by what is said under Chosen"
    for name, values in made.usage.items():
        yield f"{'every component' if name == '*' else name}: {_said(values)}"
    yield from made.assumed


def _said(values: Mapping[str, float | str]) -> str:
    from infra_kit.planning.usage import UNITS  # noqa: PLC0415  `up` and `status` do without

    said = {key: value if isinstance(value, str) else _figure(Decimal(str(value))) for key, value in values.items()}
    return ", ".join(f"{key} {value} {UNITS[key]}".rstrip() for key, value in said.items())


def _exchange(made: Bill) -> Iterator[str]:
    if made.exchange:
        yield f"1 EUR = {made.exchange.usd_per_eur} USD, {made.exchange.source}, {made.exchange.read}"


def _groups(made: Bill) -> dict[str, list[Item]]:
    """What has a price, by what it is a part of."""
    from infra_kit.planning import hosts  # noqa: PLC0415  `up` and `status` do without

    found: dict[str, list[Item]] = {}
    for item in made.items:
        if item.price:
            beside = f"host {item.resource}" if item.type == hosts.TYPE else "beside the components"
            found.setdefault(item.component or beside, []).append(item)
    return found


def _merged(items: Iterable[Item]) -> list[Item]:
    """The same thing at the same price, several times, is one line."""
    found: dict[tuple[object, ...], Item] = {}
    for item in items:
        key = (item.what, item.price, item.assumed)
        other = found.get(key)
        found[key] = _together(other, item) if other else item
    return list(found.values())


def _together(one: Item, other: Item) -> Item:
    return replace(one, quantity=one.quantity + other.quantity, monthly=_total([one, other]))


def _total(items: Iterable[Item]) -> Decimal:
    return sum((item.monthly or Decimal(0) for item in items), Decimal(0))


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _rounded(quantity: Decimal) -> Decimal:
    """To four figures behind its noughts, where it is no whole number."""
    return quantity if quantity == int(quantity) else round(quantity, max(0, 3 - quantity.adjusted()))


def _unit_price(amount: Decimal) -> str:
    figure = _figure(amount)
    return f"{amount:,.2f}" if amount == round(amount, 2) else figure


def _figure(value: Decimal) -> str:
    """As short as it can be said, and never as a power of ten."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

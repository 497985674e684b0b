"""What of our own components is billed by itself: an ExternalService, which makes nothing to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from infra_kit.components.external_service import ExternalServiceSpec
from infra_kit.planning import prices
from infra_kit.planning.prices import Price
from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.usage import HOURS_A_MONTH

BOOK = ("external", "global")
SAID = "said by the program"
"""The source of a price that the user knows."""


def _external_service(asked: Asked) -> Iterator[Line]:
    if asked.made is None:
        return
    spec = cast(ExternalServiceSpec, asked.made.spec)
    what = f"{spec.vendor} {spec.plan}"
    if spec.monthly is not None:
        yield Line(what, spec.sku, spec.quantity, tiers=(_said(spec, spec.monthly),))
        return
    tiers = prices.load(*BOOK).tiers(spec.sku)
    hours = HOURS_A_MONTH if tiers and tiers[0].unit == "hour" else 1
    yield Line(what, spec.sku, spec.quantity * hours, book=BOOK, why="" if tiers else _unknown(spec))


def _said(spec: ExternalServiceSpec, monthly: float) -> Price:
    amount = Decimal(str(monthly))
    return Price(spec.sku, Decimal(0), amount, spec.currency, "month", SAID, read=date.today(), checked=SAID)


def _unknown(spec: ExternalServiceSpec) -> str:
    vendor = spec.sku.partition("/")[0]
    plans = sorted(sku.partition("/")[2] for sku in prices.load(*BOOK).prices if sku.startswith(f"{vendor}/"))
    there = f"of {vendor} it has {', '.join(plans)}" if plans else f"it has nothing of {vendor}"
    return f"the price book has no {spec.sku} ({there}); say monthly=…"


RATES: Mapping[str, Rate] = {"infra-kit:index:ExternalService": _external_service}
FREE: frozenset[str] = frozenset()

"""What a product buys elsewhere, and what it may cost: both once, with production, for all of its environments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pulumi

from infra_kit import Budget
from stacks.config import system


def with_production(*bought: Callable[[], object]) -> None:
    """Makes what is paid for once a product."""
    if _is_production():
        for buy in bought:
            buy()


def _is_production() -> bool:
    return pulumi.Config("infra-kit").get("environment") == "production"


def budget(monthly: float, currency: Literal["USD", "EUR"] = "USD") -> list[Budget]:
    """What the seed allows a phase a month; `<system>:notify: [ops@shop.example]` says who is told. For
    alerts to watch, where there is one."""
    notify: Sequence[str] = pulumi.Config(system()).get_object("notify") or []
    return [Budget("budget", monthly=monthly, currency=currency, notify=notify)] if _is_production() else []

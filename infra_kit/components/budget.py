"""Budget: what a stack may cost a month, held against its plan and, where the target can, against its bill."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Literal, Protocol, TypedDict, Unpack

import pulumi
from pydantic import AfterValidator, Field

from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.spec import Items, Spec
from infra_kit.target import Target
from infra_kit.texts import matching, once

Currency = Literal["USD", "EUR"]
Email = Annotated[
    str, matching(r"[^@\s]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "an address is needed, e.g. 'ops@example.com'")
]
Threshold = Annotated[float, Field(gt=0, le=10)]


def _rising(shares: tuple[float, ...]) -> tuple[float, ...]:
    if list(shares) != sorted(set(shares)):
        raise ValueError("shares of the budget are needed, each once, the smallest first, e.g. (0.5, 0.8, 1.0)")
    return shares


class BudgetSpec(Spec):
    """What may be spent."""

    monthly: float = Field(gt=0)
    """Of a calendar month, without tax."""
    currency: Currency = "USD"
    """The one that the cloud bills in: AWS in USD, Google Cloud in the billing account's."""
    notify: Annotated[Items[Email], AfterValidator(once)] = Field(default=(), max_length=10)
    """Who gets a mail when a threshold is passed, or when the month is expected to end above the budget. Default:
    nobody, the budget is only held against plans. At most ten, which AWS takes
    (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html)."""
    thresholds: Annotated[Items[Threshold], AfterValidator(_rising)] = Field(
        default=(0.5, 0.8, 1.0), min_length=1, max_length=5
    )
    """Shares of the budget: 0.8 is 80 %. At most five."""


class BudgetArgs(TypedDict, total=False):
    """The arguments of `Budget`: see `BudgetSpec`."""

    monthly: float
    currency: Currency
    notify: Sequence[str]
    thresholds: Sequence[float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class BudgetEndpoint:
    """What watches the bill."""

    watched_by: pulumi.Output[str]
    """The name of the cloud's own budget; empty on local and vps, where nothing watches."""
    native: object = None
    """There are no handles."""


class BudgetDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: BudgetSpec) -> BudgetEndpoint: ...


class Budget(Component[BudgetSpec, BudgetEndpoint]):
    """A month's budget. `infra-kit cost` holds the stack's plan against it; a cloud warns when the bill comes
    near."""

    KIND = "budget"
    SPEC = BudgetSpec
    watched_by: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[BudgetArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, overrides=overrides, opts=opts)

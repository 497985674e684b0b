"""Budget on AWS: AWS Budgets, which looks at the bill three times a day.

- Each threshold warns when it is passed, and one more when the month is expected to end above the budget
  (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html).
- It watches the whole account. With `infra-kit:aws: {cost_tags: true}` only what carries the product's tag `app`: the
  account's billing must know that tag as a cost allocation tag, or else the budget sees nothing
  (https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html).
- Two budgets an account are free of charge, and budgets without actions always are
  (https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pulumi_aws import budgets

from infra_kit.component import Scope
from infra_kit.components.budget import BudgetEndpoint, BudgetSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.aws.settings import AwsSettings

SUPPORTS: frozenset[Feature] = frozenset()
CURRENCY = "USD"
TAG = "app"


def create(scope: Scope, spec: BudgetSpec) -> BudgetEndpoint:
    if spec.currency != CURRENCY:
        raise SpecError(
            f"{scope.what}: currency: given {spec.currency!r}; AWS bills and budgets in {CURRENCY}. Say the budget in "
            f"{CURRENCY}; `infra-kit cost --currency {spec.currency}` shows both."
        )
    made = scope.resource(
        "budget",
        budgets.Budget,
        budget_type="COST",
        time_unit="MONTHLY",
        limit_amount=f"{spec.monthly:g}",
        limit_unit=CURRENCY,
        cost_filters=_filters(scope),
        notifications=list(_notifications(spec)),
        tags=scope.tags,
    )
    return BudgetEndpoint(watched_by=made.name)


def _filters(scope: Scope) -> list[budgets.BudgetCostFilterArgs] | None:
    settings = cast(AwsSettings, scope.target.settings)
    if not settings.cost_tags:
        return None
    return [budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[f"user:{TAG}${scope.tags[TAG]}"])]


def _notifications(spec: BudgetSpec) -> Iterator[budgets.BudgetNotificationArgs]:
    """None where nobody is to be told: AWS takes no notification without an address."""
    if not spec.notify:
        return
    for share in spec.thresholds:
        yield _notification(spec, share, "ACTUAL")
    yield _notification(spec, 1.0, "FORECASTED")


def _notification(spec: BudgetSpec, share: float, kind: str) -> budgets.BudgetNotificationArgs:
    return budgets.BudgetNotificationArgs(
        comparison_operator="GREATER_THAN",
        notification_type=kind,
        threshold=round(share * 100, 2),
        threshold_type="PERCENTAGE",
        subscriber_email_addresses=list(spec.notify),
    )

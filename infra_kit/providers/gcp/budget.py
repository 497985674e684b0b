"""Budget on Google Cloud: a budget of the billing account, for this project alone.

- It needs the billing account (`infra-kit:gcp: {billing_account: 012345-6789AB-CDEF01}`), and who deploys the role
  `roles/billing.costsManager` on it (https://cloud.google.com/billing/docs/how-to/budget-api-setup).
- Each threshold warns when it is passed, and one more when the month is expected to end above the budget.
- The mails go to `notify`, at most five addresses, and not to the account's administrators beside them
  (https://cloud.google.com/billing/docs/how-to/budgets-notification-recipients).
- Budgets cost nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

import pulumi
from pulumi_gcp import billing, monitoring, organizations

from infra_kit.component import Scope
from infra_kit.components.budget import BudgetEndpoint, BudgetSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import project
from infra_kit.providers.gcp.settings import GcpSettings

SUPPORTS: frozenset[Feature] = frozenset()
MOST_ADDRESSES = 5
NANO = 1_000_000_000


def create(scope: Scope, spec: BudgetSpec) -> BudgetEndpoint:
    account = _account(scope)
    if len(spec.notify) > MOST_ADDRESSES:
        raise SpecError(
            f"{scope.what}: notify: given {len(spec.notify)} addresses; a budget of Google Cloud tells at most "
            f"{MOST_ADDRESSES}. Name a list that forwards to all."
        )
    channels = [_channel(scope, address) for address in spec.notify]
    made = scope.resource(
        "budget",
        billing.Budget,
        depends_on=[api(scope, "budgets")],
        billing_account=account,
        display_name=f"{scope.target.app} {scope.name}",
        budget_filter={"projects": [_number(scope)], "calendar_period": "MONTH"},
        amount={"specified_amount": _amount(spec)},
        threshold_rules=_rules(spec),
        all_updates_rule=_told(channels),
    )
    return BudgetEndpoint(watched_by=made.name)


def _account(scope: Scope) -> str:
    account = cast(GcpSettings, scope.target.settings).billing_account
    if not account:
        raise SpecError(
            f"{scope.what}: a budget of Google Cloud belongs to a billing account, and none is said. Say "
            "infra-kit:gcp: {billing_account: 012345-6789AB-CDEF01} (`gcloud billing accounts list` shows yours)."
        )
    return account


def _number(scope: Scope) -> pulumi.Output[str]:
    """A budget is kept by the project's number: by its name, every plan would change it."""

    def asked(name: str) -> pulumi.Output[str]:
        return organizations.get_project_output(project_id=name, opts=scope.invoke).number

    found: pulumi.Output[str] = project(scope).apply(asked)
    return pulumi.Output.concat("projects/", found)


def _amount(spec: BudgetSpec) -> billing.BudgetAmountSpecifiedAmountArgs:
    amount = Decimal(str(spec.monthly))
    units = int(amount)
    nanos = int((amount - units) * NANO)
    return billing.BudgetAmountSpecifiedAmountArgs(currency_code=spec.currency, units=str(units), nanos=nanos or None)


def _rules(spec: BudgetSpec) -> list[billing.BudgetThresholdRuleArgs]:
    passed = [
        billing.BudgetThresholdRuleArgs(threshold_percent=share, spend_basis="CURRENT_SPEND")
        for share in spec.thresholds
    ]
    return [*passed, billing.BudgetThresholdRuleArgs(threshold_percent=1.0, spend_basis="FORECASTED_SPEND")]


def _channel(scope: Scope, address: str) -> monitoring.NotificationChannel:
    return scope.resource(
        f"mail-{address}",
        monitoring.NotificationChannel,
        depends_on=[api(scope, "monitoring")],
        type="email",
        display_name=f"{scope.target.app} {scope.name}: {address}",
        labels={"email_address": address},
        user_labels=labels(scope),
    )


def _told(channels: Sequence[monitoring.NotificationChannel]) -> billing.BudgetAllUpdatesRuleArgs | None:
    if not channels:
        return None
    return billing.BudgetAllUpdatesRuleArgs(
        monitoring_notification_channels=[channel.name for channel in channels], disable_default_iam_recipients=True
    )

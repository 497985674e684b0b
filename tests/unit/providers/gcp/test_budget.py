"""Budget on Google Cloud: a billing account's, for one project."""

from __future__ import annotations

from typing import Any

from infra_kit import Budget
from infra_kit.errors import SpecError
from infra_kit.recording import Program
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import GCP, of
from tests.unit.refusals import refusal

ACCOUNT = "012345-6789AB-CDEF01"
PAID = {**GCP, "infra-kit:gcp": {"billing_account": ACCOUNT}}


def made(**arguments: Any) -> Recording:
    return of(lambda: Budget("budget", **{"monthly": 150, **arguments}), PAID)


def refused(program: Program, **settings: object) -> str:
    return refusal(program, SpecError, target="gcp", environment="staging", region="europe-west1", gcp=settings)


def test_it_counts_this_project_alone_by_its_number() -> None:
    budget = made().named("budget-budget").inputs
    assert budget["billingAccount"] == ACCOUNT
    assert budget["budgetFilter"] == {"projects": ["projects/123456789012"], "calendarPeriod": "MONTH"}


def test_an_amount_keeps_its_cents() -> None:
    whole = made().named("budget-budget").inputs["amount"]["specifiedAmount"]
    assert whole == {"currencyCode": "USD", "units": "150"}
    cents = made(monthly=19.99, currency="EUR").named("budget-budget").inputs["amount"]["specifiedAmount"]
    assert cents == {"currencyCode": "EUR", "units": "19", "nanos": 990_000_000}


def test_each_threshold_warns_and_one_more_where_the_month_is_expected_to_end_above() -> None:
    rules = made(thresholds=(0.9,)).named("budget-budget").inputs["thresholdRules"]
    assert rules == [
        {"thresholdPercent": 0.9, "spendBasis": "CURRENT_SPEND"},
        {"thresholdPercent": 1, "spendBasis": "FORECASTED_SPEND"},
    ]


def test_those_who_are_named_are_told_and_nobody_beside_them() -> None:
    stack = made(notify=["ops@example.com"])
    channel = stack.named("budget-mail-ops@example.com").inputs
    assert (channel["type"], channel["labels"]) == ("email", {"email_address": "ops@example.com"})
    rule = stack.named("budget-budget").inputs["allUpdatesRule"]
    assert rule["disableDefaultIamRecipients"]
    assert len(rule["monitoringNotificationChannels"]) == 1


def test_without_a_billing_account_it_is_refused_with_the_way_out() -> None:
    said = refused(lambda: Budget("budget", monthly=150))
    assert "Budget 'budget': a budget of Google Cloud belongs to a billing account" in said
    assert "infra-kit:gcp: {billing_account: " in said


def test_more_addresses_than_google_tells_are_refused() -> None:
    notify = [f"ops-{number}@example.com" for number in range(6)]
    said = refused(lambda: Budget("budget", monthly=150, notify=notify), billing_account=ACCOUNT)
    assert "notify: given 6 addresses; a budget of Google Cloud tells at most 5" in said

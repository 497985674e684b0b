"""Budget on AWS: who is told when, and what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import Budget
from infra_kit.testing import record
from tests.unit.providers.aws.workloads import AWS, refused


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return record(lambda: Budget("budget", monthly=150, **arguments), config=config).named("budget-budget").inputs


def test_each_threshold_warns_and_one_more_where_the_month_is_expected_to_end_above() -> None:
    told = made(notify=["ops@example.com"])["notifications"]
    assert [(it["notificationType"], it["threshold"]) for it in told] == [
        ("ACTUAL", 50),
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert {it["thresholdType"] for it in told} == {"PERCENTAGE"}
    assert all(it["subscriberEmailAddresses"] == ["ops@example.com"] for it in told)


def test_it_is_a_months_and_in_usd() -> None:
    budget = made()
    assert (budget["timeUnit"], budget["limitAmount"], budget["limitUnit"]) == ("MONTHLY", "150", "USD")


def test_where_nobody_is_named_nobody_is_told() -> None:
    assert not made()["notifications"]


def test_it_counts_the_account_unless_its_billing_knows_the_products_tag() -> None:
    assert "costFilters" not in made()
    tagged = {**AWS, "infra-kit:aws": {"cost_tags": True}, "infra-kit:app": "shop"}
    assert made(tagged)["costFilters"] == [{"name": "TagKeyValue", "values": ["user:app$shop"]}]


def test_another_currency_is_refused_with_the_way_out() -> None:
    said = refused(lambda: Budget("budget", monthly=150, currency="EUR"))
    assert "Budget 'budget': currency: given 'EUR'; AWS bills and budgets in USD" in said

"""Alerts on Google Cloud: policies, and the channels that they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Alerts, Postgres, Routes, Rule
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import of
from tests.unit.refusals import refusal

CPU = Rule(signal="cpu", above=80, lasting="15m", level="P1")


def made(rules: Mapping[str, Rule] | None = None, **asked: Any) -> Recording:
    return of(lambda: Alerts("alerts", watch=[Postgres("db")], rules=rules or {"busy": CPU}, **asked))


def refused(error: type[Exception] = SpecError, **asked: Any) -> str:
    where: dict[str, Any] = {"target": "gcp", "environment": "staging", "region": "europe-west1"}
    return refusal(lambda: Alerts("alerts", watch=[Postgres("db")], **asked), error, **where)  # type: ignore[arg-type]


def test_a_rule_is_a_policy_that_says_what_is_wrong_and_for_how_long() -> None:
    policy = made().named("alerts-busy.db").inputs
    assert policy["displayName"] == "P1 Postgres db: cpu > 80 % for 15m"
    assert policy["severity"] == "ERROR"
    asked = policy["conditions"][0]["conditionPrometheusQueryLanguage"]
    assert asked["query"].endswith(") > 80")
    assert (asked["duration"], asked["evaluationInterval"]) == ("900s", "60s")
    assert asked["disableMetricValidation"] is True


def test_each_address_of_a_level_is_a_channel_that_its_policies_tell() -> None:
    routes = {"P0": Routes(email=["ops@example.com"], sms=["+525512345678"]), "P2": Routes(email=["dev@example.com"])}
    recording = made(routes=routes)
    channels = {it.name: it.inputs for it in recording.children("alerts") if it.type.endswith(":NotificationChannel")}
    assert channels["alerts-p0-email-ops@example.com"]["labels"] == {"email_address": "ops@example.com"}
    assert channels["alerts-p0-sms-+525512345678"]["labels"] == {"number": "+525512345678"}
    assert len(recording.named("alerts-busy.db").inputs["notificationChannels"]) == 2
    assert "alerts-p2-email-dev@example.com" in channels


def test_keys_and_urls_are_secrets() -> None:
    recording = made(routes={"P0": Routes(pagerduty="the-key", webhook="https://alerts.example.com/?token=x")})
    pager, hook = recording.named("alerts-p0-pagerduty"), recording.named("alerts-p0-webhook")
    assert pager.inputs["sensitiveLabels"]["serviceKey"] == "the-key"
    assert "sensitiveLabels" in pager.secret_inputs
    assert (hook.inputs["type"], "labels" in hook.secret_inputs) == ("webhook_tokenauth", True)


def test_an_incoming_webhook_of_slack_is_a_gap_with_a_way_out() -> None:
    said = refused(UnsupportedFeatureError, routes={"P0": Routes(slack="https://hooks.slack.example/x")})
    assert "route:slack: Google writes to Slack as an app of its own" in said


@pytest.mark.parametrize(
    ("lasting", "said"),
    [
        ("90s", "rules.busy: lasting: given 90s; gcp measures by the minute. Say whole minutes, e.g. '1m'."),
        ("24h", "rules.busy: lasting: given 24h; Google looks back 23 hours. Say '23h'."),
    ],
)
def test_a_time_that_google_does_not_take_is_refused(lasting: str, said: str) -> None:
    assert refused(rules={"busy": Rule(signal="cpu", above=80, lasting=lasting)}) == f"Alerts 'alerts': {said}"


def test_the_page_is_the_projects() -> None:
    url = made().named("alerts").outputs["url"]
    assert url == "https://console.cloud.google.com/monitoring/alerting?project=recorded-project"

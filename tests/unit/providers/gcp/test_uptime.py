"""Uptime on Google Cloud: uptime checks, and what they cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Check, Uptime
from infra_kit.errors import SpecError
from tests.unit.providers.gcp.workloads import of
from tests.unit.refusals import refusal


def made(url: str = "https://www.example.com/shop/", check: Check | None = None) -> Mapping[str, Any]:
    checks = {"home": check or Check(path="/api/health")}
    return of(lambda: Uptime("site", url=url, checks=checks)).named("site-check-home").inputs


def test_an_address_is_asked_for_by_its_parts() -> None:
    check = made()
    host = {"host": "www.example.com", "project_id": "recorded-project"}
    assert check["monitoredResource"] == {"type": "uptime_url", "labels": host}
    asked = check["httpCheck"]
    assert (asked["path"], asked["port"], asked["useSsl"]) == ("/shop/api/health", 443, True)
    assert asked["validateSsl"] is True
    assert [it["statusClass"] for it in asked["acceptedResponseStatusCodes"]] == [
        "STATUS_CLASS_2XX",
        "STATUS_CLASS_3XX",
    ]


def test_a_text_is_looked_for() -> None:
    assert made(check=Check(contains="Welcome"))["contentMatchers"] == [{"content": "Welcome"}]
    assert "contentMatchers" not in made()


@pytest.mark.parametrize(
    ("every", "period"), [("1m", "60s"), ("4m", "60s"), ("5m", "300s"), ("12m", "600s"), ("1h", "900s")]
)
def test_it_is_asked_at_least_as_often_as_is_said(every: str, period: str) -> None:
    assert made(check=Check(every=every))["period"] == period


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check(every="30s"), "checks.home: every: given 30s; Google asks once a minute at most. Say '1m'."),
        (Check(timeout="2m"), "checks.home: timeout: given 2m; Google waits 60 seconds at most."),
    ],
)
def test_what_google_cannot_do_is_refused(check: Check, said: str) -> None:
    where: dict[str, Any] = {"target": "gcp", "environment": "staging", "region": "europe-west1"}
    found = refusal(lambda: Uptime("site", url="https://www.example.com", checks={"home": check}), SpecError, **where)
    assert found == f"Uptime 'site': {said}"

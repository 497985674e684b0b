"""Uptime on AWS: health checks of Route 53, and what they cannot do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit import Check, Service, Uptime
from tests.unit.providers.aws.workloads import IMAGE, of, refused


def made(url: str = "https://www.example.com/shop/", check: Check | None = None) -> Mapping[str, Any]:
    checks = {"home": check or Check(path="/api/health")}
    return of(lambda: Uptime("site", url=url, checks=checks)).named("site-check-home").inputs


def test_an_address_is_asked_for_by_its_parts() -> None:
    check = made()
    assert (check["type"], check["fqdn"], check["port"]) == ("HTTPS", "www.example.com", 443)
    assert (check["resourcePath"], check["enableSni"]) == ("/shop/api/health", True)


def test_a_plain_address_and_its_port_are_asked_for_as_they_are() -> None:
    check = made("http://www.example.com:8080")
    assert (check["type"], check["port"], check["enableSni"]) == ("HTTP", 8080, False)


def test_a_text_is_looked_for() -> None:
    check = made(check=Check(contains="Welcome"))
    assert (check["type"], check["searchString"]) == ("HTTPS_STR_MATCH", "Welcome")
    assert "searchString" not in made()


@pytest.mark.parametrize(("every", "seconds"), [("5m", 30), ("30s", 30), ("29s", 10), ("10s", 10)])
def test_it_is_asked_at_least_as_often_as_is_said(every: str, seconds: int) -> None:
    assert made(check=Check(every=every))["requestInterval"] == seconds


def test_one_answer_that_fails_is_seen_and_the_rule_says_how_long_it_may() -> None:
    assert made()["failureThreshold"] == 1


def test_the_address_of_a_component_is_asked_for() -> None:
    def program() -> None:
        api = Service("api", image=IMAGE)
        Uptime("site", url=api.url)

    assert of(program).named("site-check-home").inputs["fqdn"].startswith("api.")


def test_that_route_53_gives_up_sooner_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, _: said.append(message))
    made(check=Check(timeout="6s"))
    assert said == []
    made()
    assert said == ["Uptime 'site': checks.home: timeout: Route 53 gives up after 6 seconds, not after 10s."]


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (Check(every="5s"), "checks.home: every: given 5s; Route 53 asks every 10 seconds at most. Say '10s'."),
        (Check(timeout="2s"), "checks.home: timeout: given 2s; Route 53 waits 4 seconds for a connection and 2 for an"),
    ],
)
def test_what_route_53_cannot_do_is_refused(check: Check, said: str) -> None:
    assert said in refused(lambda: Uptime("site", url="https://www.example.com", checks={"home": check}))


@pytest.mark.parametrize("url", ["www.example.com", "ftp://example.com", "https://", "https://user@example.com"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    said = refused(lambda: Uptime("site", url=url))
    assert said == f"Uptime 'site': url: given {url!r}; e.g. 'https://www.example.com' is needed."

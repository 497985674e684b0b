"""Uptime on a VPS: what the prober asks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Check, Environment, Target, Uptime
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import HOST, file, told


def site(environment: Environment = Environment.DEVELOPMENT, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=HOST)
    return record(lambda: Uptime("site", target=target, url="https://www.example.com/", **asked))


def modules(made: Recording) -> Any:
    return json.loads(file(made, "site-prober", "blackbox.yml"))["modules"]


def test_each_address_is_asked_as_often_as_is_said() -> None:
    made = site(checks={"home": Check(), "health": Check(path="/api/health", every="30s", timeout="5s")})
    asked = {it["labels"]["check"]: it["labels"] for it in told(made, "site-checks")["targets"]}
    assert asked["home"]["__param_target"] == "https://www.example.com/"
    assert asked["health"]["__param_target"] == "https://www.example.com/api/health"
    assert (asked["health"]["__scrape_interval__"], asked["health"]["__scrape_timeout__"]) == ("30s", "6s")
    assert modules(made)["health"]["timeout"] == "5s"


def test_an_answer_is_one_of_200_to_399_and_no_redirect_is_followed() -> None:
    http = modules(site())["home"]["http"]
    assert (http["valid_status_codes"][0], http["valid_status_codes"][-1]) == (200, 399)
    assert http["follow_redirects"] is False


def test_a_text_is_looked_for_as_it_stands() -> None:
    (wanted,) = modules(site(checks={"home": Check(contains="1.5 (all)")}))["home"]["http"][
        "fail_if_body_not_matches_regexp"
    ]
    assert wanted == r"1\.5\ \(all\)"


def test_an_answer_must_be_there_before_the_next_question() -> None:
    with pytest.raises(SpecError, match=r"checks\.home: timeout: given 10s, and it is asked every 10s"):
        site(checks={"home": Check(every="10s", timeout="10s")})


def test_a_host_does_not_see_itself_from_outside() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"outside-checks.*falls with it"):
        site(outside=True)
    assert site(Environment.PRODUCTION).warnings

"""What Alerts and Uptime may be asked for, and what of it is for which component."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Check,
    Environment,
    ObjectStore,
    Postgres,
    Redis,
    Routes,
    Rule,
    Uptime,
    alert_presets,
    features,
)
from infra_kit.components.alerts import AlertsSpec
from infra_kit.components.uptime import UptimeSpec
from infra_kit.errors import InfraKitError, OptionsError, SpecError
from infra_kit.signals import OF, Signal
from infra_kit.testing import record
from infra_kit.testing.conformance.alerts import standing_for
from tests.unit.refusals import refusal

DB, CACHE, FILES = (
    standing_for(kind, name) for kind, name in ((Postgres, "db"), (Redis, "cache"), (ObjectStore, "files"))
)
CPU, DOWN = Rule(signal="cpu", above=80), Rule(signal="uptime", below=100, level="P0")
WHERE: Mapping[str, Mapping[str, Any]] = {
    "local": {},
    "vps": {"vps": {"host": "vps-1.example.com", "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey"}},
    "aws": {},
    "gcp": {"region": "europe-west1"},
}


def spec(**asked: Any) -> AlertsSpec:
    return AlertsSpec.model_validate({"watch": [DB, CACHE, FILES], **asked})


def watched(**asked: Any) -> None:
    Alerts("alerts", watch=[Redis("cache")], **asked)


def refused(**asked: Any) -> str:
    def program() -> None:
        given: dict[str, Any] = {"watch": [Postgres("db")], **asked}
        Alerts("alerts", **given)

    return refusal(program, SpecError, target="aws", environment="staging").removeprefix("Alerts 'alerts': ")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"signal": "cpu"}, "above or below: one of the two is needed"),
        ({"signal": "cpu", "above": 1, "below": 2}, "above or below: one of the two is needed"),
        ({"signal": "load", "above": 1}, "a signal is needed, one of: uptime, errors"),
        ({"signal": "cpu", "above": 1, "lasting": "25h"}, "lasting: given 25h; at most '1d'"),
        ({"signal": "cpu", "above": -1}, "at least 0 is needed"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionsError) as error:
        Rule(**asked)
    assert said in str(error.value)


def test_a_rule_reads_as_its_user_would_say_it() -> None:
    assert str(Rule(signal="errors", above=5, lasting="10m")) == "errors > 5 % for 10m"
    assert str(Rule(signal="certificate", below=21)) == "certificate < 21 d for 5m"


def test_routes_that_tell_nobody_are_refused() -> None:
    with pytest.raises(OptionsError, match="one of email, sms, slack, pagerduty, webhook is needed"):
        Routes()


def test_a_rule_is_for_all_that_have_its_signal_or_for_whom_it_names() -> None:
    asked = spec(rules={"cpu": CPU, "one": Rule(signal="cpu", above=50, of=["cache"])})
    names = {it: [name for name, _ in rules] for it, rules in asked.applies().items()}
    assert names == {"db": ["cpu"], "cache": ["cpu", "one"], "files": []}


def test_who_says_no_rules_has_the_sensible_ones() -> None:
    asked = spec().for_environment(Environment.DEVELOPMENT)
    assert asked.rules == alert_presets.SENSIBLE
    assert spec(rules={}).for_environment(Environment.DEVELOPMENT).rules == {}


def test_a_gap_of_one_kind_leaves_the_others_watched() -> None:
    down = Rule(signal="uptime", below=100)
    gap = features.signal("object_store", Signal.UPTIME)
    asked = spec(rules={"down": down})
    assert gap == "signal:object-store.uptime"
    left = asked.without(gap)
    assert left.rules == {"down": down.model_copy(update={"of": ("db", "cache")})}
    assert left.features() == asked.features() - {gap}
    assert spec(rules={"down": Rule(signal="uptime", below=100, of=["files"])}).without(gap).rules == {}


def test_a_level_without_routes_is_told_whom_the_next_lower_number_is() -> None:
    ops, dev = Routes(email=["ops@example.com"]), Routes(email=["dev@example.com"])
    asked = spec(routes={"P0": ops, "P2": dev})
    assert [asked.told(level) for level in ("P0", "P1", "P2", "P3")] == ["P0", "P0", "P2", "P2"]
    assert spec(routes={"P1": ops}).told("P0") is None
    assert spec().told("P3") is None


@pytest.mark.parametrize("target", WHERE)
def test_routes_that_leave_out_the_most_urgent_are_refused_on_every_target(target: str) -> None:
    def program() -> None:
        Alerts("alerts", watch=[Redis("cache")], routes={"P1": Routes(webhook="https://alerts.example.com")})

    said = refusal(program, SpecError, target=target, environment="staging", **WHERE[target])
    assert said == (
        "Alerts 'alerts': routes: nobody is told of P0, which rules have. Say whom: routes={'P0': Routes(…)}, which is "
        "for higher numbers without routes too; or give those rules another level."
    )


def test_routes_of_the_levels_that_rules_have_are_enough() -> None:
    made = record(lambda: watched(routes={"P1": Routes(slack="https://x.example")}, rules={"cpu": CPU}))
    assert made.warnings == ()


def test_alerts_that_tell_nobody_say_so() -> None:
    (warned,) = record(lambda: watched(rules={"cpu": CPU, "down": DOWN})).warnings
    assert warned.startswith("Alerts 'alerts': routes: nobody is told of P0, P1, which rules have. Say whom: ")
    assert warned.endswith("Until then they are only seen, by who looks.")
    assert record(lambda: watched(rules={})).warnings == ()


def test_who_is_told_no_more_by_an_accepted_gap_is_warned_of_it() -> None:
    gap = {"infra-kit:accepted-gaps": {"alerts": ["route:sms"]}}
    made = record(lambda: watched(rules={"down": DOWN}, routes={"P0": Routes(sms=["+525512345678"])}), config=gap)
    assert len(made.warnings) == 2
    assert "nobody is told of P0" in made.warnings[1]


def test_a_route_that_is_left_out_leaves_the_others() -> None:
    asked = spec(routes={"P0": Routes(email=["a@example.com"], slack="https://x"), "P1": Routes(slack="https://x")})
    left = asked.without(features.route("slack"))
    assert left.routes == {"P0": Routes(email=["a@example.com"])}


def test_a_rule_for_what_is_not_watched_is_refused() -> None:
    said = refused(rules={"cpu": Rule(signal="cpu", above=1, of=["api"])})
    assert said == "rules: cpu: of: 'api' is not watched; there is db"


def test_what_is_no_component_is_refused() -> None:
    assert "watch.0: a component is needed, as in [db, edge], given 'db'" in refused(watch=["db"])


def test_what_stood_before_is_not_watched() -> None:
    def program() -> None:
        db = Postgres.existing("db", url="postgresql://app:secret@db.example.com/app")
        Alerts("alerts", watch=[db])

    assert "Postgres 'db' stood before" in refusal(program, SpecError, target="aws", environment="staging")


@pytest.mark.parametrize(
    ("preset", "rows"),
    [
        (alert_presets.TWO_LEVELS, """
            P2 latency > 1 s for 5m             P0 latency > 3 s for 5m
            P2 errors > 2 % for 5m              P0 errors > 5 % for 5m
            P2 cpu > 70 % for 5m                P0 cpu > 90 % for 5m
            P2 memory > 75 % for 5m             P0 memory > 90 % for 5m
            P2 connections > 70 % for 5m        P0 connections > 90 % for 5m
            P2 replica-lag > 5 s for 5m
        """),
        (alert_presets.SHOP, """
            P0 errors > 5 % for 5m              P0 uptime < 100 % for 5m
            P1 latency > 2 s for 10m            P1 errors > 1 % for 10m
            P1 connections > 80 % for 5m        P1 disk > 80 % for 5m       P1 spent > 80 % for 1h
            P1 log-age > 1800 s for 5m
        """),
        (alert_presets.SCALING, """
            P1 cpu > 80 % for 5m                P1 memory > 85 % for 10m
            P0 errors > 1 % for 5m              P1 latency > 2 s for 1m
            P1 connections > 80 % for 5m
        """),
        (alert_presets.PLATFORM, """
            P0 errors > 1 % for 5m              P0 uptime < 100 % for 2m    P0 instances < 50 % for 2m
            P0 backup-age > 26 h for 30m
            P1 latency-p95 > 1 s for 5m         P1 errors > 0.5 % for 5m    P1 cache-hits < 50 % for 15m
            P1 failed-runs > 0 runs for 1m
            P2 client-errors > 20 % for 30m
            P3 disk > 80 % for 1h               P3 connections > 80 % for 1h
            P3 spent > 100 % for 1h
        """),
    ],
    ids=["NS-10", "VS-11, VS-8", "CC-7", "ZU-10"],
)  # fmt: skip
def test_a_preset_has_the_figures_of_its_seed(preset: alert_presets.Rules, rows: str) -> None:
    wanted = [row.strip() for row in re.split(r"\s{2,}", rows) if row.strip()]
    assert sorted(f"{rule.level} {rule}" for rule in preset.values()) == sorted(wanted)


@pytest.mark.parametrize("preset", [alert_presets.SENSIBLE, alert_presets.PLATFORM])
def test_of_each_kind_that_runs_or_keeps_something_somebody_is_told(preset: alert_presets.Rules) -> None:
    """A program that has stopped is as much an alert as a database that has."""
    watched = {rule.signal for rule in preset.values() if rule.level in ("P0", "P1")}
    assert [kind for kind, signals in OF.items() if kind != "budget" and not watched & set(signals)] == []


def test_checks_from_outside_are_asked_for_in_production_alone() -> None:
    asked = UptimeSpec(url="https://www.example.com")
    assert features.OUTSIDE_CHECKS in asked.for_environment(Environment.PRODUCTION).features()
    assert not asked.for_environment(Environment.STAGING).features()
    assert not UptimeSpec(url="https://x", outside=False).for_environment(Environment.PRODUCTION).features()


@pytest.mark.parametrize("path", ["health", "/a b", "https://x/health"])
def test_a_path_begins_with_a_slash(path: str) -> None:
    with pytest.raises(InfraKitError, match="a path that begins with '/' is needed"):
        Check(path=path)


def test_one_address_at_least_is_asked_for() -> None:
    said = refusal(
        lambda: Uptime("site", url="https://x.example", checks={}), SpecError, target="aws", environment="staging"
    )
    assert said == "Uptime 'site': checks: at least 1 is needed, given {}"

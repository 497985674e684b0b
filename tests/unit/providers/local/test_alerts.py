"""Alerts on the local target: what its checker is told, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import (
    Alerts,
    Budget,
    Cdn,
    Gateway,
    ObjectStore,
    Postgres,
    Redis,
    Routes,
    Rule,
    Service,
    Uptime,
    alert_presets,
)
from infra_kit.component import Component
from infra_kit.errors import ConfigError, UnsupportedFeatureError
from infra_kit.testing import record
from tests.unit.refusals import refusal

CONNECTIONS = Rule(signal="connections", above=80, lasting="5m", level="P1", of=["db"])
RELAY = {"host": "mail.example.com", "sender": "alerts@example.com"}


def program(**arguments: Any) -> None:
    watch: list[Component[Any, Any]] = [Postgres("db", read_replicas=2), Redis("cache")]
    Alerts("alerts", watch=watch, **{"rules": {"full": CONNECTIONS}, **arguments})


def told(config: dict[str, Any] | None = None, **arguments: Any) -> Any:
    return record(lambda: program(**arguments), config=config or {}).named("alerts-server")


def test_a_rule_is_told_in_words_and_in_figures() -> None:
    (rule,) = told().inputs["rules"]

    assert rule == {
        "name": "full", "component": "db", "signal": "connections", "above": 80, "below": None, "lasting": 300,
        "level": "P1", "says": "connections > 80 % for 5m", "unit": "%", "told": None,
    }  # fmt: skip


def test_every_server_of_what_is_watched_is_looked_at_when_it_stands() -> None:
    made = told()

    assert made.inputs["watched"] == {
        "db": {"kind": "postgres", "servers": ["db", "db-replica-1", "db-replica-2"]},
        "cache": {"kind": "redis", "servers": ["cache"]},
    }
    assert {urn.rpartition("::")[2] for urn in made.options.depends_on} >= {"db-server", "db-replica-2", "cache-server"}


def test_a_level_without_routes_is_told_whom_the_next_more_urgent_one_is_told() -> None:
    rules = {"a": Rule(signal="cpu", above=9, level="P1"), "b": Rule(signal="cpu", above=9, level="P3")}
    routes = {"P0": Routes(webhook="https://a.example"), "P2": Routes(slack="https://b.example")}
    inputs = told(rules=rules, routes=routes).inputs

    assert {(rule["name"], rule["told"]) for rule in inputs["rules"]} == {("a", "P0"), ("b", "P2")}
    assert inputs["routes"] == {"P0": {"webhook": "https://a.example"}, "P2": {"slack": "https://b.example"}}


@pytest.mark.parametrize(("setting", "every"), [({}, 10), ({"infra-kit:local": {"check_every": "1m"}}, 60)])
def test_it_looks_as_often_as_the_settings_say(setting: dict[str, Any], every: int) -> None:
    assert told(setting).inputs["every"] == every


def test_mail_needs_a_relay_that_the_settings_name() -> None:
    routes = {"P0": Routes(email=["ops@example.com"])}
    message = refusal(lambda: program(routes=routes), UnsupportedFeatureError)
    assert "route:email: no mail leaves a laptop by itself; say who takes it: infra-kit:local: {smtp: " in message

    made = told({"infra-kit:local": {"smtp": RELAY}}, routes=routes)
    assert made.inputs["routes"] == {"P0": {"email": ["ops@example.com"]}}
    assert made.inputs["smtp"] == {**RELAY, "port": 587, "security": "starttls"}


@pytest.mark.parametrize(
    ("relay", "said"),
    [
        ({"username": "ops"}, "username and password go together"),
        ({"username": "ops", "password": "x", "security": "none"}, "a password is not sent in clear"),
        ({"sender": "nobody"}, "sender: an address is needed"),
        ({"security": "maybe"}, "security"),
    ],
)
def test_a_relay_that_is_half_said_is_refused(relay: dict[str, str], said: str) -> None:
    message = refusal(program, ConfigError, local={"smtp": {**RELAY, **relay}})
    assert message.startswith("infra-kit:local.smtp: ")
    assert said in message


def test_short_messages_are_a_gap() -> None:
    message = refusal(lambda: program(routes={"P0": Routes(sms=["+525512345678"])}), UnsupportedFeatureError)
    assert "route:sms: nothing here sends short messages" in message


def test_what_costs_nothing_here_and_what_has_no_certificate_is_not_measured() -> None:
    def program() -> None:
        edge = Cdn("edge", routes={"/*": ObjectStore("files")})
        rules = {"late": Rule(signal="certificate", below=21), "dear": Rule(signal="spent", above=80)}
        Alerts("alerts", watch=[edge, Budget("money", monthly=150)], rules=rules)

    message = refusal(program, UnsupportedFeatureError)
    assert "signal:budget.spent: nothing is billed here" in message
    assert "signal:cdn.certificate: a Cdn answers plain HTTP here" in message


@pytest.mark.parametrize("preset", ["SENSIBLE", "TWO_LEVELS", "SHOP", "SCALING", "PLATFORM"])
def test_every_preset_of_the_seeds_stands_over_a_whole_stack(preset: str) -> None:
    assert told(rules=getattr(alert_presets, preset)).inputs["rules"]


def test_checks_from_outside_are_a_gap_and_production_does_without() -> None:
    def program(*, outside: bool | None = None) -> None:
        Uptime("site", url="https://www.example.com/shop", outside=outside)

    message = refusal(lambda: program(outside=True), UnsupportedFeatureError)
    assert "outside-checks: a laptop is nobody's outside; set outside=False here" in message

    made = record(program, config={"infra-kit:environment": "production"}).named("site-server")
    assert made.inputs["address"] == {"secure": True, "host": "www.example.com", "port": 443, "path": "/shop"}
    assert made.inputs["checks"]["home"] == {"path": "/", "every": 300, "timeout": 10, "contains": None}


def test_what_a_component_has_not_is_not_looked_for() -> None:
    def program() -> None:
        edge = Gateway("edge", routes={"/*": Service("api", command=["x"])}, public=False)
        Alerts("alerts", watch=[Postgres("db"), edge])

    rules = record(program).named("alerts-server").inputs["rules"]
    assert {rule["component"] for rule in rules} == {"db", "edge"}
    assert {rule["signal"] for rule in rules} & {"replica-lag", "certificate"} == set()

"""What every target's Alerts must do."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from infra_kit import (
    Alerts,
    Consumer,
    EventBus,
    Gateway,
    Job,
    ObjectStore,
    Postgres,
    Redis,
    Routes,
    Rule,
    Service,
    Stream,
    Target,
    Uptime,
    Worker,
    features,
)
from infra_kit.component import Component
from infra_kit.components.alerts import AlertsEndpoint
from infra_kit.features import Feature
from infra_kit.signals import MEANINGS, Signal
from infra_kit.testing.conformance.base import NAME
from infra_kit.testing.conformance.endpoints import clear
from infra_kit.testing.conformance.suite import ComponentConformance
from infra_kit.testing.conformance.workloads import IMAGE

RUNS: Mapping[str, Any] = {"image": IMAGE, "command": ["python", "app.py"]}
WORKS: Mapping[str, Any] = {"image": IMAGE, "command": ["python", "worker.py"]}
ENDS: Mapping[str, Any] = {"image": IMAGE, "command": ["python", "job.py"], "schedule": "0 3 * * *"}
BUS: Mapping[str, Any] = {
    "streams": {"orders": Stream(subjects=["orders.>"])},
    "consumers": {"billing": Consumer(stream="orders")},
}
KINDS: Mapping[str, tuple[type[Component[Any, Any]], Mapping[str, Any]]] = {
    "db": (Postgres, {"read_replicas": 1}),
    "cache": (Redis, {}),
    "files": (ObjectStore, {}),
    "bus": (EventBus, BUS),
    "api": (Service, RUNS),
    "scorer": (Worker, WORKS),
    "nightly": (Job, ENDS),
    "site": (Uptime, {"url": "https://www.example.com"}),
}
"""By name, what is watched: its class, and what is asked of it."""


def passed_over(target: Target) -> tuple[str, ...]:
    """Of what is watched, what its own suite is about: a target has no replicas, or no bus but its own. Where it has
    both, NATS is watched, of which more is measured."""
    nats = features.engine("nats") in target.driver("event_bus").SUPPORTS
    return ("read-replicas",) if nats else ("read-replicas", "engine")


def standing_for(kind: type[Component[Any, Any]], name: str) -> Component[Any, Any]:
    """A component where no program runs, so that none can be made."""
    it = kind.__new__(kind)
    it.name, it.stands_already = name, False
    return it


STAND_INS = {name: standing_for(kind, name) for name, (kind, _) in KINDS.items()}
EDGE = standing_for(Gateway, "edge")
SECRETS = {
    "slack": "https://hooks.slack.example/services/T0/B0/the-secret-of-the-channel",
    "pagerduty": "the0secret0key0of0pagerduty00000",
    "webhook": "https://alerts.example.com/?token=the-secret-token-of-the-webhook",
}
ROUTES: Mapping[str, Any] = {"email": ["ops@example.com"], "sms": ["+525512345678"], **SECRETS}
SIGNALS = (
    *(("db", signal) for signal in ("uptime", "cpu", "memory", "disk", "connections", "replica-lag")),
    ("cache", "cache-hits"), ("cache", "memory"), ("files", "uptime"),
    *(("bus", signal) for signal in ("uptime", "disk", "backlog", "backlog-age", "dead-letters")),
    ("edge", "errors"), ("edge", "latency-p95"), ("api", "instances"), ("scorer", "cpu"), ("nightly", "failed-runs"),
    ("site", "uptime"),
)  # fmt: skip


def _asked(name: str, signal: str) -> tuple[Feature, Mapping[str, Any]]:
    """One signal of one component."""
    bound: Mapping[str, Any] = {"below" if MEANINGS[Signal(signal)].bad_when_low else "above": 50}
    component = STAND_INS.get(name, EDGE)
    return features.signal(component.KIND, signal), {
        "watch": [STAND_INS["db"], *([] if name == "db" else [component])],
        "rules": {f"bad-{name}-{signal}": Rule(signal=signal, of=[name], **bound)},
    }


class AlertsConformance(ComponentConformance):
    component = Alerts
    endpoint = AlertsEndpoint
    arguments: ClassVar[Mapping[str, Any]] = {"watch": [STAND_INS["db"]], "rules": {}}
    beside = frozenset({*KINDS, "edge", "behind"})
    keeps_data = False
    edge: ClassVar[Mapping[str, Any]] = {"public": False}
    """What the Gateway that is watched is asked, beside its route."""
    asks: ClassVar[Mapping[Feature, Mapping[str, Any]]] = {
        **dict(_asked(*one) for one in SIGNALS),
        **{features.route(kind): {"routes": {"P0": Routes(**{kind: ROUTES[kind]})}} for kind in ROUTES},
    }
    variations: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "what is sensible": {"rules": None},
        "a rule": {"rules": {"busy": Rule(signal="cpu", above=50)}},
        "more to watch": {"watch": [STAND_INS["db"], STAND_INS["cache"]]},
        "two levels": {
            "rules": None,
            "routes": {level: Routes(email=[f"{level}@example.com"]) for level in ("P0", "P2")},
        },
    }

    def make(self, target: Target, **arguments: Any) -> Component[Any, Any]:
        watch = [made(target, it.name, self.edge) for it in arguments.pop("watch", self.arguments["watch"])]
        return super().make(target, watch=watch, **arguments)

    def test_what_a_route_keeps_secret_is_nowhere_in_clear(self, target: Target) -> None:
        for kind, secret in SECRETS.items():
            routes = {"P0": Routes(**{kind: secret})}
            if self.gaps(target, {"routes": routes}):
                continue
            shown = [it.name for it in self.record(target, routes=routes).resources if secret in str(clear(it))]
            assert shown == [], kind

    def test_a_rule_stands_where_it_did_when_others_come_and_go(self, target: Target) -> None:
        busy, full = Rule(signal="cpu", above=50), Rule(signal="memory", above=50)
        both, one = (self.record(target, rules=rules) for rules in ({"full": full, "busy": busy}, {"busy": busy}))
        own = {it.urn: it.inputs for it in one.children(NAME) if "busy" in it.name}
        assert own.items() <= _inputs(both.children(NAME)).items()

    def test_nothing_is_made_anew_by_another_bound_level_or_time(self, target: Target) -> None:
        rules = (Rule(signal="cpu", above=50), Rule(signal="cpu", above=60, lasting="10m", level="P0"))
        before, after = (self.record(target, rules={"busy": rule}) for rule in rules)
        assert _inputs(before.resources).keys() == _inputs(after.resources).keys()


def made(target: Target, name: str, edge: Mapping[str, Any]) -> Component[Any, Any]:
    """What is watched, in a program that runs. An edge stands before a service."""
    if name != EDGE.name:
        kind, asked = KINDS[name]
        make: Callable[..., Component[Any, Any]] = kind
        return make(name, target=dataclasses.replace(target, accepted_gaps={name: passed_over(target)}), **asked)
    behind = Service("behind", target=target, **RUNS)
    return Gateway(name, target=target, routes={"/*": behind}, waf=False, **edge)


def _inputs(resources: Iterable[Any]) -> dict[str, Any]:
    return {it.urn: it.inputs for it in resources}

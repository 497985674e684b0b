"""Alerts on this machine: a checker that looks at what is watched every `check_every` (10 s).

An alert begins with the first look that finds it wrong, where the rule's `lasting` is no longer than that; else when it
was found wrong for so long without a break. It ends with the first look that finds it well. What cannot be measured is
not wrong, and what was wrong before still is: a server that takes no connection more is as full as it was. Where the
figure is of requests (`Meaning.of_traffic`), none at all ends it: there is no share of errors. `signals` says what is
looked at.

Routes are told when an alert begins and when it ends, each on its own, later and later again until it got through. Of
what began and ended while a route was out of reach it is told the end alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pulumi
from pydantic import SecretStr

from infra_kit import features
from infra_kit.alert_rules import Routes, Rule
from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsEndpoint, AlertsSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.common.alerts import say_nothing_has_it
from infra_kit.providers.local import signals
from infra_kit.providers.local.resource import AlertsServer, server
from infra_kit.providers.local.settings import LocalSettings, Smtp
from infra_kit.settings import Settings
from infra_kit.signals import MEANINGS, Signal

EMAIL, SMS = features.route("email"), features.route("sms")
SUPPORTS = signals.SUPPORTS | {features.route(kind) for kind in Routes.model_fields} - {SMS}
"""E-mail where a relay is said; `gaps` asks."""

HINTS: Mapping[Feature, str] = {
    **signals.HINTS,
    SMS: "nothing here sends short messages; a service like PagerDuty does: pagerduty=",
    EMAIL: "no mail leaves a laptop by itself; say who takes it: infra-kit:local: {smtp: {host: …, sender: …}}",
}


def gaps(spec: AlertsSpec, settings: Settings) -> Mapping[Feature, str]:
    lacking = frozenset() if cast(LocalSettings, settings).smtp else frozenset({EMAIL})
    return features.gaps(spec.features(), SUPPORTS - lacking, HINTS)


def create(scope: Scope, spec: AlertsSpec) -> AlertsEndpoint:
    settings = cast(LocalSettings, scope.target.settings)
    checker = server(
        scope,
        "server",
        AlertsServer,
        stateful=False,
        depends_on=list(spec.watch),
        app=scope.target.app,
        every=seconds(settings.check_every),
        watched={component.name: signals.of(component) for component in spec.watch},
        rules=list(_rules(scope, spec)),
        routes=pulumi.Output.secret({level: _route(routes) for level, routes in spec.routes.items()}),
        smtp=pulumi.Output.secret(_smtp(settings.smtp)) if settings.smtp else None,
    )
    return AlertsEndpoint(url=checker.public["url"])


def _rules(scope: Scope, spec: AlertsSpec) -> Iterator[dict[str, Any]]:
    """Each with the component that it is for, and the level whose routes are told."""
    applies = spec.applies()
    for component in spec.watch:
        for name, rule in applies[component.name]:
            if Signal(rule.signal) in signals.measured(component):
                yield {"name": name, "component": component.name, "told": spec.told(rule.level), **_rule(rule)}
            else:
                say_nothing_has_it(scope, name, rule, component)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "signal": rule.signal,
        "above": rule.above,
        "below": rule.below,
        "lasting": seconds(rule.lasting),
        "level": rule.level,
        "says": str(rule),
        "unit": MEANINGS[Signal(rule.signal)].unit,
    }


def _route(routes: Routes) -> dict[str, Any]:
    said = {kind: getattr(routes, kind) for kind in ("email", "slack", "pagerduty", "webhook")}
    return {kind: list(value) if kind == "email" else value for kind, value in said.items() if value}


def _smtp(smtp: Smtp) -> dict[str, Any]:
    password = smtp.password.get_secret_value() if isinstance(smtp.password, SecretStr) else smtp.password
    return {**smtp.model_dump(exclude={"password"}, exclude_none=True), **({"password": password} if password else {})}

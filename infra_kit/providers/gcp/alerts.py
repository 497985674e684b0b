"""Alerts on Google Cloud: policies of Cloud Monitoring, each with one query in PromQL (`signals`).

- Each rule is a policy for each part that has its signal: a replica of a server has its own. It is looked at every
  minute, and tells when it begins and when it is over.
- Whom a level tells is a channel each (`notification channels`). A number has to be confirmed once, by a code that is
  sent to it (https://cloud.google.com/monitoring/alerts/using-channels-api#verify-channel).
- A webhook gets Google's own JSON (https://cloud.google.com/monitoring/support/notification-options#webhooks). Its URL
  is a secret of the stack's state; whoever may see the project's channels may read it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi
from pulumi_gcp import monitoring

from infra_kit import features
from infra_kit.alert_rules import Level, Routes, Rule
from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsEndpoint, AlertsSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.common.alerts import MINUTE, Alert, alerts
from infra_kit.providers.gcp import signals
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import project
from infra_kit.providers.gcp.signals.metric import Metric
from infra_kit.settings import Settings

ROUTES = frozenset(features.route(kind) for kind in Routes.model_fields if kind != "slack")
SUPPORTS = signals.SUPPORTS | ROUTES
HINTS = {
    **signals.HINTS,
    features.route("slack"): "Google writes to Slack as an app of its own, which a person lets in, and not to an "
    "incoming webhook; say the channel's own mail address in email",
}

LONGEST = 84_600
"""Seconds, 23 hours and a half (https://cloud.google.com/monitoring/quotas)."""
SEVERITIES: Mapping[Level, str] = {"P0": "CRITICAL", "P1": "ERROR", "P2": "WARNING", "P3": "WARNING"}
"""Google has three."""

Channels = Mapping[Level, Sequence[pulumi.Output[str]]]


def gaps(spec: AlertsSpec, settings: Settings) -> Mapping[Feature, str]:  # noqa: ARG001  every driver's form
    return features.gaps(spec.features(), signals.supports(spec.watch) | ROUTES, HINTS)


def create(scope: Scope, spec: AlertsSpec) -> AlertsEndpoint:
    wanted = list(alerts(scope, spec, signals.of))
    channels = {level: [it.name for it in _channels(scope, level, spec.routes[level])] for level in sorted(spec.routes)}
    for alert in wanted:
        _check_longest(scope, alert.name, alert.rule)
        _policy(scope, spec, alert, channels)
    console = pulumi.Output.concat("https://console.cloud.google.com/monitoring/alerting?project=", project(scope))
    return AlertsEndpoint(url=console)


def _check_longest(scope: Scope, name: str, rule: Rule) -> None:
    if seconds(rule.lasting) > LONGEST:
        raise SpecError(
            f"{scope.what}: rules.{name}: lasting: given {rule.lasting}; Google looks back 23 hours. Say '23h'."
        )


def _channels(scope: Scope, level: Level, routes: Routes) -> Iterator[monitoring.NotificationChannel]:
    for address in routes.email:
        yield _channel(scope, level, f"email-{address}", "email", labels={"email_address": address})
    for number in routes.sms:
        yield _channel(scope, level, f"sms-{number}", "sms", labels={"number": number})
    if routes.pagerduty is not None:
        key = {"service_key": pulumi.Output.secret(routes.pagerduty)}
        yield _channel(scope, level, "pagerduty", "pagerduty", sensitive_labels=key)
    if routes.webhook is not None:
        url = {"url": pulumi.Output.secret(routes.webhook)}
        yield _channel(scope, level, "webhook", "webhook_tokenauth", labels=url)


def _channel(scope: Scope, level: Level, what: str, kind: str, **where: Any) -> monitoring.NotificationChannel:
    return scope.resource(
        f"{level.lower()}-{what}",
        monitoring.NotificationChannel,
        depends_on=[api(scope, "monitoring")],
        type=kind,
        display_name=f"{scope.target.app} {scope.name}: {level} {what}",
        user_labels=labels(scope),
        **where,
    )


def _policy(scope: Scope, spec: AlertsSpec, alert: Alert[Metric], channels: Channels) -> None:
    rule, level = alert.rule, spec.told(alert.rule.level)
    compared = f") {'>' if rule.above is not None else '<'} {rule.bound:g}"
    scope.resource(
        alert.role,
        monitoring.AlertPolicy,
        depends_on=[api(scope, "monitoring")],
        display_name=str(alert),
        combiner="OR",
        conditions=[
            {
                "display_name": str(rule),
                "condition_prometheus_query_language": {
                    "query": pulumi.Output.concat("(", alert.metric.query, compared),
                    "duration": f"{seconds(rule.lasting)}s",
                    "evaluation_interval": f"{MINUTE}s",
                    # Of what has reported nothing yet, Google knows no metric.
                    "disable_metric_validation": True,
                },
            }
        ],
        severity=SEVERITIES[rule.level],
        notification_channels=channels[level] if level else [],
        user_labels=labels(scope),
    )

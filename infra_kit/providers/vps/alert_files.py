"""The rules of Prometheus and the routes of an Alertmanager, as files
(https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/,
https://prometheus.io/docs/alerting/latest/configuration/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra_kit.alert_rules import Level
from infra_kit.components.alerts import AlertsSpec
from infra_kit.providers.common import pagerduty
from infra_kit.providers.common.alerts import Alert
from infra_kit.providers.vps.monitoring_conf import INTERVAL, dump
from infra_kit.providers.vps.settings import Smtp
from infra_kit.providers.vps.signals.metric import Metric

NOBODY = "nobody"
AGAIN = "4h"
STALE = 120
"""Seconds after which what the host wrote is of another time: it writes every 15."""
SUBJECT = "{{ .Status | toUpper }}: {{ .CommonAnnotations.summary }}"
TEXT = "{{ .CommonAnnotations.summary }} ({{ .CommonAnnotations.value }})"


def rules(name: str, spec: AlertsSpec, alerts: Sequence[Alert[Metric]]) -> str:
    """A group for each rule, so that one that comes or goes leaves the others as they stand.

    Args:
        name: of the component.
        spec: its own.
        alerts: its alerts.
    """
    groups = {alert.name: [_rule(name, it) for it in alerts if it.name == alert.name] for alert in alerts}
    groups["not-measured"] = [_not_measured(name, _own_level(spec))]
    return dump({"groups": [{"name": f"{name}.{key}", "rules": them} for key, them in groups.items()]})


def _rule(name: str, alert: Alert[Metric]) -> dict[str, Any]:
    rule = alert.rule
    sign = ">" if rule.above is not None else "<"
    return {
        "alert": alert.name,
        "expr": f"({alert.metric.expression}) {sign} {rule.bound:g}",
        "for": rule.lasting,
        "labels": {"alerts": name, "level": rule.level, "component": alert.component.name, "signal": rule.signal},
        "annotations": {"summary": str(alert), "value": "{{ $value | humanize }}"},
    }


def _own_level(spec: AlertsSpec) -> Level:
    """P1; where nobody is told of that, the most urgent of which somebody is."""
    return "P1" if spec.told("P1") else min(spec.routes, default="P1")


def _not_measured(name: str, level: Level) -> dict[str, Any]:
    """Else silence would look like health."""
    who = "{{ with $labels.component }}{{ . }}{{ else }}containers{{ end }}"
    silent = 'min by (component) ({__name__=~"up|infra_kit_bus_up"}) == 0'
    written = 'max((node_textfile_mtime_seconds{file=~".*/containers.prom"}) or vector(0))'
    return {
        "alert": "not-measured",
        "expr": f"{silent} or time() - {written} > {STALE}",
        "for": "5m",
        "labels": {"alerts": name, "level": level},
        "annotations": {
            "summary": f"{level} {who}: nothing is measured",
            "value": "{{ $value | humanize }}",
        },
    }


def manager(
    name: str, spec: AlertsSpec, routes: Mapping[Level, Mapping[str, Any]], smtp: Smtp | None, password: str
) -> str:
    """alertmanager.yml. Secret: it holds what the routes keep to themselves.

    Args:
        name: of the component: alerts of another one are its own Alertmanager's.
        spec: its own.
        routes: whom to tell, by level, as known by now.
        smtp: the mail server, and its password.
    """
    mine = f'alerts="{name}"'
    levels: tuple[Level, ...] = ("P0", "P1", "P2", "P3")
    ways = [(level, told) for level in levels if (told := spec.told(level))]
    return dump(
        {
            "global": _mail(smtp, password) if smtp else {},
            "route": {
                "receiver": NOBODY,
                # Each alert by itself, and at once.
                "group_by": ["..."],
                "group_wait": "0s",
                "group_interval": INTERVAL,
                "repeat_interval": AGAIN,
                "routes": [{"receiver": told, "matchers": [mine, f'level="{level}"']} for level, told in ways],
            },
            "receivers": [{"name": NOBODY}, *(_receiver(level, it) for level, it in sorted(routes.items()))],
        }
    )


def _mail(smtp: Smtp, password: str) -> dict[str, Any]:
    return {
        "smtp_smarthost": f"{smtp.host}:{smtp.port}",
        "smtp_from": smtp.sender,
        "smtp_auth_username": smtp.username,
        "smtp_auth_password": password,
        "smtp_require_tls": True,
    }


def _receiver(level: Level, routes: Mapping[str, Any]) -> dict[str, Any]:
    over = {"send_resolved": True}
    kinds = {
        "email_configs": [
            {**over, "to": to, "headers": {"Subject": SUBJECT}, "text": TEXT, "html": ""} for to in routes["email"]
        ],
        "slack_configs": [{**over, "api_url": url, "title": SUBJECT, "text": TEXT} for url in _given(routes, "slack")],
        "pagerduty_configs": [
            {**over, "routing_key": key, "severity": pagerduty.SEVERITIES[level], "description": SUBJECT}
            for key in _given(routes, "pagerduty")
        ],
        "webhook_configs": [{**over, "url": url} for url in _given(routes, "webhook")],
    }
    return {"name": level, **{kind: them for kind, them in kinds.items() if them}}


def _given(routes: Mapping[str, Any], kind: str) -> list[str]:
    return [routes[kind]] if kind in routes else []

"""Alerts on a VPS: rules of the host's Prometheus (`monitoring.py`), and an Alertmanager of their own that tells who is
to know (https://prometheus.io/docs/alerting/latest/alertmanager/).

- Figures are 15 seconds old at most, and a rule is looked at as often; each alert is told by itself, at once, and again
  every four hours until it is over, which is told too.
- The secrets of the routes stand in files that the Alertmanager alone mounts. What is silenced in it is forgotten when
  the routes change, for they make another one.
- E-mail goes by the SMTP server that the settings name. A short message takes a company that sends it.
- Where nothing is measured any more, that is an alert too (`not-measured`); what was full before is so for a quarter of
  an hour more. A host that is down tells nothing: that takes checks from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsEndpoint, AlertsSpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common.alerts import alerts
from infra_kit.providers.common.relay import secret
from infra_kit.providers.vps import alert_files, images, monitoring, monitoring_conf, signals, ssh
from infra_kit.providers.vps.containers import FILES, container
from infra_kit.providers.vps.monitoring import SMALL_CPU, SMALL_GB, USER, Monitor
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.settings import Settings

EMAIL = features.route("email")
ROUTES = frozenset({EMAIL, *(features.route(kind) for kind in ("slack", "pagerduty", "webhook"))})
SUPPORTS = signals.SUPPORTS | ROUTES
HINTS = {
    **signals.HINTS,
    EMAIL: "the settings name no mail server; say infra-kit:vps: {smtp: {host, sender, username, password}}",
    features.route("sms"): "a host sends no short messages; PagerDuty does (pagerduty=…), or a service behind webhook=",
}

PORT = 9093


def gaps(spec: AlertsSpec, settings: Settings) -> Mapping[Feature, str]:
    """Mail takes a server, which the settings name."""
    beyond = frozenset() if cast(VpsSettings, settings).smtp else frozenset({EMAIL})
    return features.gaps(spec.features(), signals.supports(spec.watch) | ROUTES - beyond, HINTS)


def create(scope: Scope, spec: AlertsSpec) -> AlertsEndpoint:
    monitor = monitoring.of(scope)
    wanted = list(alerts(scope, spec, signals.of, by_the_minute=False))
    manager = container(scope, "manager", _manager(scope, spec, monitor))
    told = monitoring.bring(
        monitor,
        scope,
        "rules",
        rules=alert_files.rules(scope.name, spec, wanted),
        managers=monitoring_conf.dump([monitoring_conf.target(child(scope.name, "manager"), PORT)]),
        needs=[manager.ready],
    )
    url = f"http://{child(scope.name, 'manager')}:{PORT}"
    return AlertsEndpoint(url=ssh.after(told, url), native=manager)


def _manager(scope: Scope, spec: AlertsSpec, monitor: Monitor) -> Run:
    known: pulumi.Output[dict[str, Any]] = pulumi.Output.all(
        routes={level: routes.model_dump(exclude_none=True) for level, routes in spec.routes.items()},
        password=_password(scope),
    )
    smtp = ssh.settings(scope).smtp
    written = known.apply(lambda it: alert_files.manager(scope.name, spec, it["routes"], smtp, it["password"]))
    return Run(
        image=images.pull(scope, images.ALERTMANAGER),
        entrypoint=["/bin/alertmanager"],
        command=[
            f"--config.file={FILES}/alertmanager.yml",
            "--storage.path=/alertmanager",
            f"--web.listen-address=:{PORT}",
            # There is no other to talk to.
            "--cluster.listen-address=",
        ],
        user=USER,
        memory_gb=SMALL_GB,
        cpu=SMALL_CPU,
        environment=monitoring.limits(SMALL_GB),
        health=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/-/ready"],
        networks=[monitor.telling, bridge(scope, "network").name],
        files={"alertmanager.yml": pulumi.Output.secret(written)},
        volumes={"/alertmanager": None},
        pids=64,
    )


def _password(scope: Scope) -> pulumi.Output[str]:
    smtp = ssh.settings(scope).smtp
    return secret(smtp.password) if smtp else pulumi.Output.from_input("")

"""Uptime on a VPS: a prober (https://github.com/prometheus/blackbox_exporter) beside what it asks for, by the public
name and with the certificate, as a browser would.

It stands on the host that it looks at: what is wrong with DNS, the edge, a certificate or an answer it sees, and falls
with the host. So `outside` is a gap. A redirect is an answer; it is not followed.

It has its way out in the edge's network, for Docker lets no other one reach what the edge publishes; where the host had
no edge, it comes with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.uptime import Check, UptimeEndpoint, UptimeSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.naming import child
from infra_kit.providers.vps import edge, exporters, images, monitoring, monitoring_conf, ssh
from infra_kit.providers.vps.containers import container
from infra_kit.providers.vps.exporters import PROBER

SUPPORTS = frozenset({features.CHECKED_CONTENT})
HINTS = {
    features.OUTSIDE_CHECKS: "a check on the host that it looks at falls with it; place the Uptime on another target, "
    "Uptime(…, target=Target(name='aws')) or a second VPS, or say outside=False"
}

ANSWERED = list(range(200, 400))


def create(scope: Scope, spec: UptimeSpec) -> UptimeEndpoint:
    for name, check in spec.checks.items():
        _refuse_what_overlaps(scope, name, check)
    monitor = monitoring.of(scope)
    networks = [edge.of(scope).network, monitor.network]
    modules = {name: module(check) for name, check in spec.checks.items()}
    image = images.pull(scope, images.BLACKBOX_EXPORTER)
    prober = container(scope, "prober", exporters.prober(scope, image, networks, modules))
    targets = pulumi.Output.from_input(spec.url).apply(lambda url: _targets(scope.name, spec, url))
    asked = monitoring.bring(monitor, scope, "checks", targets=targets, needs=[prober.ready])
    return UptimeEndpoint(url=ssh.after(asked, f"http://{child(scope.name, 'prober')}:{PROBER}"), native=prober)


def _refuse_what_overlaps(scope: Scope, name: str, check: Check) -> None:
    if seconds(check.timeout) >= seconds(check.every):
        raise SpecError(
            f"{scope.what}: checks.{name}: timeout: given {check.timeout}, and it is asked every {check.every}: an "
            "answer must be there before the next question. Wait less, or ask less often."
        )


def module(check: Check) -> Mapping[str, Any]:
    """How blackbox_exporter asks."""
    wanted = {"fail_if_body_not_matches_regexp": [re.escape(check.contains)]} if check.contains else {}
    return {
        "prober": "http",
        "timeout": check.timeout,
        "http": {
            "valid_status_codes": ANSWERED,
            "follow_redirects": False,
            # A container has no way out by IPv6.
            "preferred_ip_protocol": "ip4",
            **wanted,
        },
    }


def _targets(name: str, spec: UptimeSpec, url: str) -> str:
    return monitoring_conf.dump([_target(name, key, check, url.rstrip("/")) for key, check in spec.checks.items()])


def _target(name: str, key: str, check: Check, url: str) -> Mapping[str, Any]:
    how = {
        "__metrics_path__": "/probe",
        "__param_module": key,
        "__param_target": url + check.path,
        "__scrape_interval__": check.every,
        # The prober ends half a second before its time.
        "__scrape_timeout__": f"{min(seconds(check.timeout) + 1, seconds(check.every))}s",
    }
    return monitoring_conf.target(child(name, "prober"), PROBER, component=name, check=key, **how)

"""Uptime on Google Cloud: an uptime check for each address, asked for from several places of the world.

- As often as is asked, of what there is: every 1, 5, 10 or 15 minutes from each place
  (https://cloud.google.com/monitoring/uptime-checks).
- A certificate that is not valid fails the check. Redirects are followed.
- `contains` is looked for in the first 4 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import monitoring

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.uptime import Check, UptimeEndpoint, UptimeSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.checked_urls import Address, address
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import project

SUPPORTS = frozenset({features.OUTSIDE_CHECKS, features.CHECKED_CONTENT})

PERIODS = (60, 300, 600, 900)
"""Seconds (https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs)."""
MOST_PATIENCE = 60
"""Seconds that a check waits at most (as above)."""
WELL = [{"status_class": "STATUS_CLASS_2XX"}, {"status_class": "STATUS_CLASS_3XX"}]


@dataclass(frozen=True, kw_only=True)
class GcpUptime:
    """The checks, for what watches them."""

    checks: Mapping[str, pulumi.Output[str]]
    """Their ids by name."""


def create(scope: Scope, spec: UptimeSpec) -> UptimeEndpoint:
    for name, check in spec.checks.items():
        _refuse_what_google_lacks(scope, name, check)
    there = address(scope, spec.url)
    checks = {name: _config(scope, name, check, there).uptime_check_id for name, check in spec.checks.items()}
    console = pulumi.Output.concat("https://console.cloud.google.com/monitoring/uptime?project=", project(scope))
    return UptimeEndpoint(url=console, native=GcpUptime(checks=checks))


def _refuse_what_google_lacks(scope: Scope, name: str, check: Check) -> None:
    where = f"{scope.what}: checks.{name}"
    if seconds(check.every) < PERIODS[0]:
        raise SpecError(f"{where}: every: given {check.every}; Google asks once a minute at most. Say '1m'.")
    if seconds(check.timeout) > MOST_PATIENCE:
        raise SpecError(f"{where}: timeout: given {check.timeout}; Google waits {MOST_PATIENCE} seconds at most.")


def _config(scope: Scope, name: str, check: Check, there: Address) -> monitoring.UptimeCheckConfig:
    period = max(each for each in PERIODS if each <= seconds(check.every))
    return scope.resource(
        f"check-{name}",
        monitoring.UptimeCheckConfig,
        depends_on=[api(scope, "monitoring")],
        display_name=f"{scope.target.app} {scope.name} {name}",
        period=f"{period}s",
        timeout=f"{seconds(check.timeout)}s",
        monitored_resource={"type": "uptime_url", "labels": {"host": there.host, "project_id": project(scope)}},
        http_check={
            "path": pulumi.Output.concat(there.path, check.path),
            "port": there.port,
            "use_ssl": there.secure,
            "validate_ssl": there.secure,
            "accepted_response_status_codes": WELL,
        },
        content_matchers=[{"content": check.contains}] if check.contains else None,
        user_labels=labels(scope),
    )

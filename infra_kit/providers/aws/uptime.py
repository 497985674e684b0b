"""Uptime on AWS: a Route 53 health check for each address, asked for from many places of the world.

- Every 30 seconds, or every 10 where less is asked for, from each place
  (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html). One answer that fails
  counts: how long it must last, the rule of an alert says. It is well as long as more than 18 % of the places say so
  (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html).
- Route 53 waits 4 seconds for a connection and 2 for an answer, whatever is asked. `contains` is looked for in the
  first 5,120 bytes.
- It does not look at certificates: one that has ended is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.uptime import Check, UptimeEndpoint, UptimeSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.checked_urls import Address, address

SUPPORTS = frozenset({features.OUTSIDE_CHECKS, features.CHECKED_CONTENT})

OFTEN, FAST = 30, 10
"""Seconds between two questions."""
PATIENCE = 6
"""Seconds until an answer must be there."""
CONSOLE = "https://us-east-1.console.aws.amazon.com/route53/healthchecks/home"


@dataclass(frozen=True, kw_only=True)
class AwsUptime:
    """The checks, for what watches them."""

    checks: Mapping[str, pulumi.Output[str]]
    """Their ids by name."""


def create(scope: Scope, spec: UptimeSpec) -> UptimeEndpoint:
    for name, check in spec.checks.items():
        _refuse_what_route_53_lacks(scope, name, check)
    there = address(scope, spec.url)
    checks = {name: _health_check(scope, name, check, there).id for name, check in spec.checks.items()}
    return UptimeEndpoint(url=pulumi.Output.from_input(CONSOLE), native=AwsUptime(checks=checks))


def _refuse_what_route_53_lacks(scope: Scope, name: str, check: Check) -> None:
    where = f"{scope.what}: checks.{name}"
    if seconds(check.every) < FAST:
        raise SpecError(
            f"{where}: every: given {check.every}; Route 53 asks every {FAST} seconds at most. Say '{FAST}s'."
        )
    if seconds(check.timeout) < PATIENCE:
        raise SpecError(
            f"{where}: timeout: given {check.timeout}; Route 53 waits 4 seconds for a connection and 2 for an answer, "
            f"and no less. Say '{PATIENCE}s' or more, and let a rule of latency tell what is slow."
        )
    if seconds(check.timeout) > PATIENCE:
        text = f"{where}: timeout: Route 53 gives up after {PATIENCE} seconds, not after {check.timeout}."
        pulumi.log.info(text, scope.parent)


def _health_check(scope: Scope, name: str, check: Check, there: Address) -> route53.HealthCheck:
    suffix = "_STR_MATCH" if check.contains else ""
    return scope.resource(
        f"check-{name}",
        route53.HealthCheck,
        type=there.secure.apply(lambda secure: f"{'HTTPS' if secure else 'HTTP'}{suffix}"),
        fqdn=there.host,
        port=there.port,
        resource_path=pulumi.Output.concat(there.path, check.path),
        search_string=check.contains,
        request_interval=OFTEN if seconds(check.every) >= OFTEN else FAST,
        failure_threshold=1,
        enable_sni=there.secure,
        tags={**scope.tags, "Name": f"{scope.name} {name}"},
    )

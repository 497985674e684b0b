"""What a load balancer and Cloud Armor cannot do for a Gateway is refused before anything is made."""

from __future__ import annotations

import re

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.gcp import load_balancer_checks
from infra_kit.rate_limits import RateLimit

WINDOWS = (10, 30, 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600)
"""Seconds that Cloud Armor counts over (https://cloud.google.com/armor/docs/rate-limiting-overview)."""
MOST_MB = 32
"""Of a request to Cloud Run (https://cloud.google.com/run/quotas#cloud_run_limits)."""
PREFIX, STEPS = re.compile(r"[^*?]*\*?"), re.compile(r"(/(\*|[^/*?]+))+(/\*?)?")
"""Patterns with a `*` at the end alone; and with `*` for whole steps of a path."""


def check(scope: Scope, spec: GatewaySpec) -> None:
    """Raises `SpecError`."""
    if spec.public:
        load_balancer_checks.check(scope, spec.domains, spec.response_headers)
    if spec.max_body_mb > MOST_MB:
        raise SpecError(
            f"{scope.what}: max_body_mb: given {spec.max_body_mb}, Cloud Run takes requests of {MOST_MB} MiB at most. "
            "Let visitors send what is larger to an ObjectStore, by a link that the service signs."
        )
    for limit in spec.limits:
        _check_limit(f"{scope.what}: limits", limit)
    for pattern, route in spec.routes.items():
        where = f"{scope.what}: routes: {pattern}"
        _check_pattern(where, pattern)
        for limit in route.limits:
            _check_limit(f"{where}: limits", limit)


def _check_pattern(where: str, pattern: str) -> None:
    if not PREFIX.fullmatch(pattern) and not STEPS.fullmatch(pattern):
        raise SpecError(
            f"{where}: Google's load balancer knows '*' for a whole step of a path, as in '/orders/*/lines', or at the "
            "end; and '?' nowhere. Route what goes there by a folder."
        )


def _check_limit(where: str, limit: RateLimit) -> None:
    window = seconds(limit.per)
    if window not in WINDOWS:
        raise SpecError(
            f"{where}: per: given {limit.per}; Cloud Armor counts over {', '.join(map(str, WINDOWS))} seconds. Choose "
            "one of these."
        )
    if limit.burst:
        raise SpecError(
            f"{where}: burst: given {limit.burst}; Cloud Armor has none: what is beyond the limit is refused. Leave it "
            f"out, or say requests={limit.requests + limit.burst}."
        )

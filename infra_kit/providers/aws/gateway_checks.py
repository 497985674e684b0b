"""What a load balancer and WAF cannot do for a Gateway is refused before anything is made."""

from __future__ import annotations

from collections.abc import Sequence

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.aws import gateway_headers
from infra_kit.rate_limits import RateLimit

LEAST_ZONES = 2
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""
MOST_RULES = 100
"""Of a load balancer; a route that needs a token has two
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html)."""
LONGEST_PATTERN, MOST_WILDCARDS = 128, 5
"""Of a rule (the same page)."""
PREFLIGHT_WILDCARDS = 2
"""Of these, what the rule of a preflight has beside its pattern."""
MOST_AUDIENCES = 10
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_JwtValidationActionAdditionalClaim.html"""
WINDOWS = (60, 120, 300, 600)
LEAST_REQUESTS = 10
"""https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html"""


def check(scope: Scope, spec: GatewaySpec) -> None:
    """Raises `SpecError`."""
    if spec.public and not spec.domains and scope.defaults.protect:
        raise SpecError(
            f"{scope.what}: domains: none given; in {scope.environment}, on aws it needs one: nobody gets a "
            "certificate for the name of a load balancer, and it would answer without encryption. Say "
            "domains=['api.example.com']."
        )
    gateway_headers.check(scope, spec)
    _check_jwt(scope, spec)
    _check_number(scope, spec)
    for limit in spec.limits:
        _check_limit(f"{scope.what}: limits", limit)
    for pattern, route in spec.routes.items():
        taken = PREFLIGHT_WILDCARDS if spec.jwt and spec.needs_token(pattern) else 0
        _check_pattern(f"{scope.what}: routes: {pattern}", pattern, MOST_WILDCARDS - taken)
        for limit in route.limits:
            _check_limit(f"{scope.what}: routes: {pattern}: limits", limit)


def _check_jwt(scope: Scope, spec: GatewaySpec) -> None:
    if spec.jwt and spec.public and not spec.domains:
        raise SpecError(f"{scope.what}: jwt: a load balancer checks tokens by HTTPS alone. Say domains=[…] too.")
    keys = spec.jwt.keys_url if spec.jwt else ""
    if spec.jwt and isinstance(keys, str) and not keys.startswith("https:"):
        raise SpecError(
            f"{scope.what}: jwt.jwks_url: given {keys}; a load balancer fetches keys by HTTPS alone. Say "
            "where the issuer has them by https://."
        )
    if spec.jwt and len(spec.jwt.audience) > MOST_AUDIENCES:
        raise SpecError(
            f"{scope.what}: jwt.audience: given {len(spec.jwt.audience)}, a load balancer takes {MOST_AUDIENCES}. Name "
            "fewer."
        )


def _check_number(scope: Scope, spec: GatewaySpec) -> None:
    secured = [pattern for pattern in spec.routes if spec.jwt and spec.needs_token(pattern)]
    if len(spec.routes) + len(secured) > MOST_RULES:
        raise SpecError(
            f"{scope.what}: routes: given {len(spec.routes)}, of which {len(secured)} need a token and take two rules; "
            f"a load balancer has {MOST_RULES} rules at most. Join some by their beginning, or spread them over two "
            "gateways."
        )


def _check_pattern(where: str, pattern: str, wildcards: int) -> None:
    if "?" in pattern:
        raise SpecError(f"{where}: '?' stands for any character at AWS. Leave it out, or say '*'.")
    if len(pattern) > LONGEST_PATTERN or pattern.count("*") > wildcards:
        raise SpecError(
            f"{where}: AWS takes {LONGEST_PATTERN} characters and {wildcards} '*' (fewer where a token is needed). "
            "Route what goes there by its beginning."
        )


def _check_limit(where: str, limit: RateLimit) -> None:
    window = seconds(limit.per)
    if window not in WINDOWS:
        raise SpecError(
            f"{where}: per: given {limit.per}; AWS WAF counts over {', '.join(map(str, WINDOWS))} seconds. Choose one "
            "of these, or let the service count, in a Redis."
        )
    if limit.requests < LEAST_REQUESTS:
        raise SpecError(
            f"{where}: requests: given {limit.requests}; AWS WAF counts from {LEAST_REQUESTS}. Say more over a longer "
            "time, or let the service count, in a Redis."
        )
    if limit.burst:
        raise SpecError(
            f"{where}: burst: given {limit.burst}; AWS WAF has none: what is beyond the limit is refused. Leave it "
            f"out, or say requests={limit.requests + limit.burst}."
        )


def check_zones(scope: Scope, subnets: Sequence[object]) -> None:
    if len(subnets) < LEAST_ZONES:
        raise SpecError(
            f"{scope.what}: routes: the network of its services has one zone; a load balancer stands in "
            f"{LEAST_ZONES}. Give them a Network(zones={LEAST_ZONES})."
        )

"""The Cloud Armor policy of a Gateway's service: a firewall, then the limits of its routes, else everybody is let in.

- The firewall is Google's rules of OWASP's core rule set at the lowest sensitivity, which hardly refuses what is meant
  well (https://cloud.google.com/armor/docs/waf-rules). Its rules on methods are left out: they refuse PUT and DELETE.
- What is beyond a limit is answered 429, without `Retry-After`, which Cloud Armor does not say.
- A policy's rules are tried in order, and the first that fits decides: so a route without limits stands among them
  where another one of its service has some.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi
from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.components.service import Service
from infra_kit.durations import seconds
from infra_kit.patterns import longest_first
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.rate_limits import RateLimit

ATTACKS = (
    "sqli", "xss", "lfi", "rfi", "rce", "scannerdetection", "protocolattack", "sessionfixation", "java", "nodejs",
)  # fmt: skip
"""Of the rule set's version 3.3."""
KNOWN_HOLES = "evaluatePreconfiguredWaf('cve-canary')"
"""Log4Shell and the like."""
FIREWALL, LIMITS, LAST = 1_000, 2_000, 2_147_483_647
"""Priorities: from where each kind of rule begins. A policy has its last one always."""
EVERYBODY = {"versioned_expr": "SRC_IPS_V1", "config": {"src_ip_ranges": ["*"]}}


def policy(scope: Scope, spec: GatewaySpec, service: Service) -> pulumi.Output[str] | None:
    """The policy's id; None where there is nothing to hold."""
    limits = _limits(spec, service)
    if not spec.waf and not limits:
        return None
    made = scope.resource(
        f"policy-{service.name}",
        compute.SecurityPolicy,
        depends_on=[api(scope, "compute")],
        labels=labels(scope),
        type="CLOUD_ARMOR",
        # Else it looks at a body in JSON as at any text, and refuses what is meant well.
        advanced_options_config={"json_parsing": "STANDARD"},
        rules=[
            *_numbered(FIREWALL, _firewall() if spec.waf else []),
            *_numbered(LIMITS, limits),
            {"priority": LAST, "action": "allow", "match": EVERYBODY, "description": "all else"},
        ],
    )
    return made.id


def _numbered(first: int, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"priority": number, **rule} for number, rule in enumerate(rules, start=first)]


def _firewall() -> list[dict[str, Any]]:
    attacks = (f"evaluatePreconfiguredWaf('{attack}-v33-stable', {{'sensitivity': 1}})" for attack in ATTACKS)
    return [{"action": "deny(403)", "match": _where(expression)} for expression in (*attacks, KNOWN_HOLES)]


def _limits(spec: GatewaySpec, service: Service) -> list[dict[str, Any]]:
    if spec.limits:
        return [_throttle(limit, EVERYBODY) for limit in spec.limits]
    routes = {pattern: route for pattern, route in spec.routes.items() if route.to is service}
    if not any(route.limits for route in routes.values()):
        return []
    rules = [
        _throttle(limits[0], _where(path(pattern))) if limits else {"action": "allow", "match": _where(path(pattern))}
        for pattern in longest_first(routes)
        for limits in [routes[pattern].limits]
    ]
    last = max(number for number, rule in enumerate(rules) if rule["action"] == "throttle")
    return rules[: last + 1]


def _throttle(limit: RateLimit, match: dict[str, Any]) -> dict[str, Any]:
    threshold = {"count": limit.requests, "interval_sec": seconds(limit.per)}
    options = {
        "conform_action": "allow",
        "exceed_action": "deny(429)",
        "enforce_on_key": "IP",
        "rate_limit_threshold": threshold,
    }
    return {"action": "throttle", "match": match, "rate_limit_options": options}


def _where(expression: str) -> dict[str, Any]:
    return {"expr": {"expression": expression}}


def path(pattern: str) -> str:
    """A route's pattern in the language of Cloud Armor's rules."""
    steps, rest = (pattern[:-1], ".*") if pattern.endswith("*") else (pattern, "")
    expression = "[^/]+".join(map(re.escape, steps.split("*"))) + rest
    escaped = expression.replace("\\", "\\\\").replace("'", "\\'")
    return f"request.path.matches('^{escaped}$')"

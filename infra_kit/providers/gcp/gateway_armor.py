"""The Cloud Armor policy of a Gateway: a firewall, then the limits of its routes, else everybody is let in. All its
services share it, and rules are joined: a project has 20 with expressions unless Google is asked for more
(https://cloud.google.com/armor/quotas).

- The firewall is Google's rules of OWASP's core rule set at the lowest sensitivity, which hardly refuses what is meant
  well (https://cloud.google.com/armor/docs/waf-rules). Its rules on methods are left out: they refuse PUT and DELETE.
- A path that a service may read as another goes around no rule: it is refused (403: Cloud Armor does not say 400).
- What is beyond a limit is answered 429, without `Retry-After`, which Cloud Armor does not say.
- A policy's rules are tried in order, and the first that fits decides: so a route without limits stands among them
  where another one has some.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi
from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.durations import seconds
from infra_kit.patterns import longest_first
from infra_kit.providers.common import ambiguous
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import labels
from infra_kit.rate_limits import RateLimit

ATTACKS = (
    "sqli", "xss", "lfi", "rfi", "rce", "scannerdetection", "protocolattack", "sessionfixation", "java", "nodejs",
)  # fmt: skip
"""Of the rule set's version 3.3."""
KNOWN_HOLES = "evaluatePreconfiguredWaf('cve-canary')"
"""Log4Shell and the like."""
MOST_PARTS = 5
"""Of an expression (https://cloud.google.com/armor/docs/rules-language-reference)."""
FIREWALL, LIMITS, LAST = 1_000, 2_000, 2_147_483_647
"""Priorities: from where each kind of rule begins. A policy has its last one always."""
EVERYBODY = {"versioned_expr": "SRC_IPS_V1", "config": {"src_ip_ranges": ["*"]}}


def policy(scope: Scope, spec: GatewaySpec) -> pulumi.Output[str] | None:
    """The policy's id; None where there is nothing to hold."""
    limits = _limits(spec)
    if not spec.waf and not limits:
        return None
    made = scope.resource(
        "policy",
        compute.SecurityPolicy,
        depends_on=[api(scope, "compute")],
        labels=labels(scope),
        type="CLOUD_ARMOR",
        # Else it looks at a body in JSON as at any text, and refuses what is meant well.
        advanced_options_config={"json_parsing": "STANDARD"},
        rules=[
            *_numbered(FIREWALL, _firewall(spec)),
            *_numbered(LIMITS, limits),
            {"priority": LAST, "action": "allow", "match": EVERYBODY, "description": "all else"},
        ],
    )
    return made.id


def _numbered(first: int, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"priority": number, **rule} for number, rule in enumerate(rules, start=first)]


def _firewall(spec: GatewaySpec) -> list[dict[str, Any]]:
    attacks = [f"evaluatePreconfiguredWaf('{attack}-v33-stable', {{'sensitivity': 1}})" for attack in ATTACKS]
    refused = [_matches(f"(?i){ambiguous.PATH}"), *([*attacks, KNOWN_HOLES] if spec.waf else [])]
    joined = (" || ".join(refused[at : at + MOST_PARTS]) for at in range(0, len(refused), MOST_PARTS))
    return [{"action": "deny(403)", "match": _where(expression)} for expression in joined]


def _limits(spec: GatewaySpec) -> list[dict[str, Any]]:
    if spec.limits:
        return [_throttle(limit, EVERYBODY) for limit in spec.limits]
    rules = [
        _throttle(limits[0], _where(path(pattern))) if limits else {"action": "allow", "match": _where(path(pattern))}
        for pattern in longest_first(spec.routes)
        for limits in [spec.routes[pattern].limits]
    ]
    last = max((number for number, rule in enumerate(rules, start=1) if rule["action"] == "throttle"), default=0)
    return rules[:last]


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
    return _matches(f"^{expression}$")


def _matches(expression: str) -> str:
    escaped = expression.replace("\\", "\\\\").replace("'", "\\'")
    return f"request.path.matches('{escaped}')"

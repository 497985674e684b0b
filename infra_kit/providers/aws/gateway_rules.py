"""The rules of a Gateway's listener: the first whose condition holds decides.

A rule's priority goes by the length of its pattern, the longest first, and among patterns of one length, of which no
two fit one path, by a digest of its own. So another route moves none that is there, but for two patterns of one length
whose digests are the same. A pattern that needs a token has one more rule, before its own and behind those of longer
patterns: a browser's preflight brings none (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pulumi
from pulumi_aws import lb

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.naming import fit
from infra_kit.providers.aws.gateway_checks import LONGEST_PATTERN
from infra_kit.tokens import Jwt

A_LENGTH = 390
"""Priorities for the patterns of one length, of the 50,000 that there are: half of them for preflights."""
HALF = A_LENGTH // 2
PREFLIGHT = (
    {"http_request_method": {"values": ["OPTIONS"]}},
    *(
        {"http_header": {"http_header_name": name, "values": ["*"]}}
        for name in ("Origin", "Access-Control-Request-Method")
    ),
)


def create(
    scope: Scope, spec: GatewaySpec, listener: pulumi.Output[str], targets: Mapping[str, lb.TargetGroup]
) -> dict[str, list[lb.ListenerRule]]:
    """The routes' rules, by pattern."""
    made: dict[str, list[lb.ListenerRule]] = {}
    for pattern, priority in priorities(spec.routes).items():
        rule = partial(_rule, scope, pattern, listener=listener)
        forward = {"type": "forward", "target_group_arn": targets[spec.routes[pattern].to.name].arn}
        made[pattern] = [rule("route", priority=priority, actions=_actions(spec, pattern, forward))]
        if spec.jwt and spec.needs_token(pattern):
            ahead = {"priority": priority - HALF, "conditions": PREFLIGHT}
            made[pattern].append(rule("preflight", actions=[{**forward, "order": 1}], **ahead))
    return made


def _rule(
    scope: Scope,
    pattern: str,
    kind: str,
    *,
    listener: pulumi.Output[str],
    priority: int,
    actions: Sequence[Mapping[str, Any]],
    conditions: Sequence[Mapping[str, Any]] = (),
) -> lb.ListenerRule:
    return scope.resource(
        f"{kind}-{fit(pattern)}",
        lb.ListenerRule,
        listener_arn=listener,
        priority=priority,
        conditions=[{"path_pattern": {"values": [pattern]}}, *conditions],
        actions=list(actions),
        tags=scope.tags,
    )


def priorities(patterns: Iterable[str]) -> dict[str, int]:
    """Of the patterns themselves; half a length before is that of a preflight."""
    found: dict[str, int] = {}
    for pattern in sorted(patterns):
        digest = int.from_bytes(hashlib.sha256(pattern.encode()).digest()[:4])
        taken = set(found.values())
        begin = 1 + (LONGEST_PATTERN - len(pattern)) * A_LENGTH + HALF
        free = (begin + (digest + tries) % HALF for tries in range(HALF))
        found[pattern] = next(priority for priority in free if priority not in taken)
    return found


def _actions(spec: GatewaySpec, pattern: str, forward: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if not spec.jwt or not spec.needs_token(pattern):
        return [{**forward, "order": 1}]
    return [{"type": "jwt-validation", "order": 1, "jwt_validation": _jwt(spec.jwt)}, {**forward, "order": 2}]


def _jwt(jwt: Jwt) -> dict[str, Any]:
    """ALB knows the form of a claim beforehand: an issuer of several audiences lists them."""
    form = "string-array" if len(jwt.audience) > 1 else "single-string"
    audience = {"name": "aud", "format": form, "values": list(jwt.audience)}
    return {"issuer": jwt.issuer, "jwks_endpoint": jwt.keys_url, "additional_claims": [audience]}

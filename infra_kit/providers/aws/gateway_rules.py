"""The rules of a Gateway's listener: the first whose condition holds decides.

A rule's priority goes by the length of its pattern, the longest first, and among patterns of one length, of which no
two fit one path, by a digest of its own. So another route moves none that is there, but for two patterns of one length
whose digests are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pulumi
from pulumi_aws import lb

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.naming import fit
from infra_kit.providers.aws.gateway_checks import LONGEST_PATTERN
from infra_kit.tokens import Jwt

A_LENGTH = 390
"""Priorities for the patterns of one length, of the 50,000 that there are."""


def create(
    scope: Scope, spec: GatewaySpec, listener: pulumi.Output[str], targets: Mapping[str, lb.TargetGroup]
) -> dict[str, lb.ListenerRule]:
    """The routes' rules, by pattern."""
    return {
        pattern: scope.resource(
            f"route-{fit(pattern)}",
            lb.ListenerRule,
            listener_arn=listener,
            priority=priority,
            conditions=[{"path_pattern": {"values": [pattern]}}],
            actions=list(_actions(spec, pattern, targets)),
            tags=scope.tags,
        )
        for pattern, priority in priorities(spec.routes).items()
    }


def priorities(patterns: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for pattern in sorted(patterns):
        digest = int.from_bytes(hashlib.sha256(pattern.encode()).digest()[:4])
        taken = set(found.values())
        begin = 1 + (LONGEST_PATTERN - len(pattern)) * A_LENGTH
        free = (begin + (digest + tries) % A_LENGTH for tries in range(A_LENGTH))
        found[pattern] = next(priority for priority in free if priority not in taken)
    return found


def _actions(spec: GatewaySpec, pattern: str, targets: Mapping[str, lb.TargetGroup]) -> Iterator[dict[str, Any]]:
    secured = spec.jwt is not None and spec.needs_token(pattern)
    if spec.jwt and secured:
        yield {"type": "jwt-validation", "order": 1, "jwt_validation": _jwt(spec.jwt)}
    group = targets[spec.routes[pattern].to.name]
    yield {"type": "forward", "order": 2 if secured else 1, "target_group_arn": group.arn}


def _jwt(jwt: Jwt) -> dict[str, Any]:
    """ALB knows the form of a claim beforehand: an issuer of several audiences lists them."""
    form = "string-array" if len(jwt.audience) > 1 else "single-string"
    audience = {"name": "aud", "format": form, "values": list(jwt.audience)}
    return {"issuer": jwt.issuer, "jwks_endpoint": jwt.keys_url, "additional_claims": [audience]}

"""Uptime on this machine: a visitor that asks for each address, as often as its check says.

It stands on the machine that it looks at, so it falls with it: checks from outside are a gap. It believes the
certificates that this system believes, and those of the stack's own Gateways. A redirect is an answer, and is not
followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.uptime import Check, UptimeEndpoint, UptimeSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.common import checked_urls
from infra_kit.providers.local.resource import UptimeServer, server

SUPPORTS = frozenset({features.CHECKED_CONTENT})

HINTS: Mapping[Feature, str] = {
    features.OUTSIDE_CHECKS: "a laptop is nobody's outside; set outside=False here",
}


def create(scope: Scope, spec: UptimeSpec) -> UptimeEndpoint:
    at = checked_urls.address(scope, spec.url)
    visitor = server(
        scope,
        "server",
        UptimeServer,
        stateful=False,
        address={"secure": at.secure, "host": at.host, "port": at.port, "path": at.path},
        checks={name: _plain(check) for name, check in spec.checks.items()},
    )
    return UptimeEndpoint(url=visitor.public["url"])


def _plain(check: Check) -> dict[str, Any]:
    return {**check.model_dump(), "every": seconds(check.every), "timeout": seconds(check.timeout)}

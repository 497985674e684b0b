"""Logs on this machine: a program that follows what the servers write, and keeps it by class, a file an hour or a day,
compressed when it is whole (`common/log_collector`).

What is there when it is first made is taken too. An instance's line is a line of the log; of an nginx it is what the
access log has. With `archive` a class that is archived goes there each hour, and here it stays for `archive_after`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.components.logs import SAY_SOMETHING, LogsEndpoint, LogsSpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import logs
from infra_kit.providers.local.resource import LogsServer, server

HINTS: Mapping[Feature, str] = {
    features.LOCKED_LOGS: "whoever owns this machine may delete its files; archive them in a bucket that locks: "
    "archive=ObjectStore.existing(…)",
    features.logs_of("network"): "this machine's loopback has no log; leave the Network out of of=",
}
SUPPORTS = (
    frozenset(features.logs_of(kind) for kind in SAY_SOMETHING) | {features.ARCHIVE_ELSEWHERE, features.HTTP_SINK}
) - HINTS.keys()


def create(scope: Scope, spec: LogsSpec) -> LogsEndpoint:
    made = server(
        scope,
        "server",
        LogsServer,
        depends_on=[*spec.of, *([spec.archive] if spec.archive else [])],
        of={component.name: _heard(component) for component in spec.of},
        classes=logs.classes(spec),
        sinks=pulumi.Output.secret([logs.sink(spec, spec.sink)] if spec.sink else []),
        bucket=pulumi.Output.secret(logs.bucket(spec.archive)) if spec.archive else None,
        prefix=logs.prefix(scope),
    )
    archive = logs.place(scope, spec.archive) if spec.archive else pulumi.Output.from_input("")
    return LogsEndpoint(url=made.public["url"], archive=archive)


def _heard(component: Component[Any, Any]) -> Mapping[str, Any]:
    """Its servers, and what kind they are of."""
    replicas = getattr(component.endpoint.native, "replicas", {})
    return {"kind": component.KIND, "servers": [component.name, *(child(component.name, it) for it in replicas)]}

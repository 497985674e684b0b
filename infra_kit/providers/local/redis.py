"""Redis on this machine: a Valkey server from a wheel, with replicas. It has no TLS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.features import Feature
from infra_kit.providers.local.resource import RedisReplica, RedisServer, ServerResource, server

SUPPORTS = frozenset(
    {features.READ_REPLICAS, features.PERSISTENCE} | {features.version(version) for version in ("7", "8", "9")}
)
"""The wheel is Valkey 9, which has the commands of the versions before it."""

HINTS = {features.HIGH_AVAILABILITY: "one machine cannot stand in for itself; set high_availability=False here"}


def gaps(spec: RedisSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    primary = server(scope, "server", RedisServer, **_settings(spec), persistence=spec.persistence)
    replicas = [_replica(scope, spec, primary, number) for number in range(1, spec.replicas + 1)]
    reader: ServerResource = replicas[0] if replicas else primary
    return RedisEndpoint(
        host=primary.public["host"],
        port=primary.public["port"].apply(int),
        username=primary.public["username"],
        password=primary.private["password"],
        tls=pulumi.Output.from_input(False),  # noqa: FBT003  the value itself
        ca_certificate=pulumi.Output.from_input(None),
        url=primary.private["url"],
        reader_url=reader.private["url"],
    )


def _replica(scope: Scope, spec: RedisSpec, primary: RedisServer, number: int) -> RedisReplica:
    """A replica keeps nothing itself: it copies the primary whenever it starts."""
    return server(
        scope,
        f"replica-{number}",
        RedisReplica,
        stateful=False,
        **_settings(spec),
        persistence=False,
        primary=scope.name,
        primary_port=primary.public["port"].apply(int),
    )


def _settings(spec: RedisSpec) -> dict[str, Any]:
    return {"memory_gb": spec.memory_gb, "eviction": spec.eviction, "databases": spec.databases}

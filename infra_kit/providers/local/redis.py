"""Redis on this machine: a Valkey server from a wheel, with replicas. It has no TLS."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import urls
from infra_kit.providers.local.resource import RedisReplica, RedisServer, RedisUser, ServerResource, server, user

SUPPORTS = frozenset(
    {features.READ_REPLICAS, features.PERSISTENCE} | {features.version(version) for version in ("7", "8", "9")}
)
"""The wheel is Valkey 9, which has the commands of the versions before it."""

HINTS = {features.HIGH_AVAILABILITY: "one machine cannot stand in for itself; set high_availability=False here"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class LocalRedis:
    """What a link must reach beside the primary, by role."""

    replicas: Mapping[str, RedisReplica]


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    primary = server(scope, "server", RedisServer, **_settings(spec), persistence=spec.persistence)
    replicas = {f"replica-{number}": _replica(scope, spec, primary, number) for number in range(1, spec.replicas + 1)}
    readers: list[ServerResource] = [*replicas.values()] or [primary]
    return RedisEndpoint(
        host=primary.public["host"],
        port=primary.public["port"].apply(int),
        username=primary.public["username"],
        password=primary.private["password"],
        tls=pulumi.Output.from_input(False),  # noqa: FBT003  the value itself
        ca_certificate=pulumi.Output.from_input(None),
        url=primary.private["url"],
        reader_url=readers[0].private["url"],
        reader_urls=pulumi.Output.all(*(reader.private["url"] for reader in readers)),
        native=LocalRedis(replicas=replicas),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: RedisEndpoint = link.to.endpoint
    replicas = scope.native(link.to, LocalRedis).replicas
    made = user(
        scope,
        link,
        RedisUser,
        {"access": link.access[0]},
        port=there.port,
        replicas=[child(link.to.name, role) for role in replicas],
        depends_on=[*replicas.values()],
    )
    username, password = made.public["username"], made.private["password"]
    as_user = partial(urls.as_user, username=username, password=password)
    mine = dataclasses.replace(
        there,
        username=username,
        password=password,
        url=as_user(there.url),
        reader_url=as_user(there.reader_url),
    )
    return mine.grant(depends_on=[made])


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

"""Postgres on this machine: a real server from a wheel (or Debian's, where installed), with streaming replicas."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any, get_args

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresEndpoint, PostgresSpec, Version
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common import postgres_parameters, urls
from infra_kit.providers.common.postgres_extensions import CONTRIB
from infra_kit.providers.common.storage import say_no_limit
from infra_kit.providers.local import postgres_builds
from infra_kit.providers.local.resource import (
    PostgresReplica,
    PostgresRole,
    PostgresServer,
    ServerResource,
    server,
    user,
)
from infra_kit.settings import Settings

_PLAIN = frozenset({features.DEDICATED_CPU, features.READ_REPLICAS, features.BACKUPS, features.POINT_IN_TIME})

SUPPORTS = (
    _PLAIN
    | {features.version(version) for version in get_args(Version)}
    | {features.extension(name) for name in (*CONTRIB, "postgis", "vector")}
)
"""Versions and extensions are those that the wheels or Debian's packages have. `gaps` asks which are installed here."""

HINTS = {
    features.HIGH_AVAILABILITY: "one machine cannot stand in for itself; set high_availability=False here",
    features.POOLING: "nothing on a laptop needs it: pooled_url is the direct url then",
    Feature("extension"): "no PostgreSQL here has it; Debian's package of it is used where it is installed",
}

OURS = frozenset({"hot_standby", "max_wal_senders", "password_encryption", "restore_command"})
"""Parameters that this target decides, beyond what every one does."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LocalPostgres:
    """What is looked at beside the primary, by role."""

    replicas: Mapping[str, PostgresReplica]


def gaps(spec: PostgresSpec, _: Settings) -> Mapping[Feature, str]:
    """What no single build has: an extension may be there, but for another version."""
    missing = features.gaps(spec.features(), _installed(), HINTS)
    build = postgres_builds.best(spec.version, spec.extensions) or postgres_builds.best(None, spec.extensions)
    for name in spec.extensions:
        if build and name not in build.extensions and features.extension(name) not in missing:
            others = [other.version for other in postgres_builds.found() if name in other.extensions]
            missing[features.extension(name)] = (
                f"the PostgreSQL {build.version} that would run here lacks it; version {', '.join(others)} has it"
            )
    return missing


def _installed() -> frozenset[Feature]:
    builds = postgres_builds.found()
    versions = {features.version(build.version) for build in builds}
    return _PLAIN | versions | {features.extension(name) for build in builds for name in build.extensions}


def create(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
    postgres_parameters.check(scope.name, spec.parameters, decider="the local target", also=OURS)
    say_no_limit(scope, spec.max_storage_gb, "this machine")
    primary = server(
        scope,
        "server",
        PostgresServer,
        protect=spec.deletion_protection,
        **_settings(spec),
        backups=_backups(spec),
    )
    numbers = range(1, spec.read_replicas + 1)
    replicas = {f"replica-{number}": _replica(scope, spec, primary, number) for number in numbers}
    readers: list[ServerResource] = [*replicas.values()] or [primary]
    return PostgresEndpoint(
        host=primary.public["host"],
        port=primary.public["port"].apply(int),
        database=primary.public["database"],
        username=primary.public["username"],
        password=primary.private["password"],
        url=primary.private["url"],
        reader_url=readers[0].private["url"],
        reader_urls=pulumi.Output.all(*(reader.private["url"] for reader in readers)),
        pooled_url=primary.private["url"],
        # The engine drops what is None: a build without TLS has no such key.
        ca_certificate=primary.public.apply(lambda public: public.get("ca_certificate")),
        native=LocalPostgres(replicas=replicas),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: PostgresEndpoint = link.to.endpoint
    (access,), (database,) = link.access, link.only["database"]
    role = user(scope, link, PostgresRole, {"access": access, "database": database}, port=there.port)
    username, password = role.public["username"], role.private["password"]
    as_role = partial(urls.as_user, username=username, password=password, path=database)
    mine = dataclasses.replace(
        there,
        database=pulumi.Output.from_input(database),
        username=username,
        password=password,
        url=as_role(there.url),
        reader_url=as_role(there.reader_url),
        pooled_url=as_role(there.pooled_url),
    )
    return mine.grant(depends_on=[role])


def _replica(scope: Scope, spec: PostgresSpec, primary: PostgresServer, number: int) -> PostgresReplica:
    return server(
        scope,
        f"replica-{number}",
        PostgresReplica,
        stateful=False,
        **_settings(spec),
        backups=None,
        primary=scope.name,
        primary_port=primary.public["port"].apply(int),
    )


def _settings(spec: PostgresSpec) -> dict[str, Any]:
    return {
        "version": spec.version,
        "memory_gb": spec.memory_gb,
        "extensions": list(spec.extensions),
        "databases": list(spec.databases),
        "parameters": spec.parameters,
    }


def _backups(spec: PostgresSpec) -> dict[str, Any] | None:
    return spec.backups.model_dump() if spec.backups else None

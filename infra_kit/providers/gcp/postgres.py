"""Postgres on Google Cloud: Cloud SQL for PostgreSQL, with a private address and TLS only.

- The edition is Enterprise, unless something is asked that only Enterprise Plus has: managed connection pooling
  (https://cloud.google.com/sql/docs/postgres/managed-connection-pooling), more than 7 days to restore any moment of
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr), or more CPUs and memory. The plan says which.
- Production never stands on a shared core, asked or not: Google's service level agreement leaves those out
  (https://cloud.google.com/sql/sla). Elsewhere the cheapest machine that fits may be one.
- High availability and replicas need backups and the write-ahead log
  (https://cloud.google.com/sql/docs/postgres/high-availability): they are on then, for a day, where the spec asks for
  none.
- A backup begins within four hours of the window's beginning, and lasts as long as it lasts
  (https://cloud.google.com/sql/docs/postgres/backup-recovery/backups): of `backups.window` only the beginning counts.
- The role that owns the databases and the extensions are made by scripts (`postgres_setup`); every address waits for
  them.
- A link's role is made by a script too (`postgres_links`). Its user reaches the server and its replicas, on their
  ports.
- The key is the one that the server was made with: with another one it would be another server
  (https://cloud.google.com/sql/docs/postgres/configure-cmek).
- Why not CKV_GCP_79 (the newest major version): the version is the spec's to choose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import get_args

import pulumi
from pulumi_gcp import sql

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.network import Network
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresEndpoint, PostgresSpec, Version
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common.networks import check_same
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.sizes import Size, choose
from infra_kit.providers.common.urls import as_user, url
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import (
    postgres_extensions,
    postgres_links,
    postgres_settings,
    postgres_setup,
    sizes,
    tunnel,
)
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.authorities import authorities
from infra_kit.providers.gcp.grants import Destination, GcpGrant
from infra_kit.providers.gcp.keys import key_id
from infra_kit.providers.gcp.network import GcpNetwork

SUPPORTS = frozenset(
    {
        features.DEDICATED_CPU,
        features.READ_REPLICAS,
        features.HIGH_AVAILABILITY,
        features.POOLING,
        features.BACKUPS,
        features.POINT_IN_TIME,
    }
    | {features.version(version) for version in get_args(Version)}
    | {features.extension(name) for name in postgres_extensions.OFFERED}
)
"""Versions: https://cloud.google.com/sql/docs/postgres/db-versions"""

HINTS = {
    Feature("extension"): "Cloud SQL does not offer it (https://cloud.google.com/sql/docs/postgres/extensions), or it "
    "needs flags of its own: set them in parameters=, and let the first migration run CREATE EXTENSION",
}

PORT = 5432
POOLER_PORT = 6432


@dataclasses.dataclass(frozen=True, kw_only=True)
class GcpDatabase:
    """A server's handles, for links and for what watches it."""

    network: Network
    session: postgres_setup.Session
    destination: Destination
    ready: Sequence[pulumi.Resource]
    """What must have run inside before a role can be given anything."""
    names: Sequence[pulumi.Output[str]]
    """The server's, then its replicas'."""
    connections: int
    """How many each of them takes."""
    agent: pulumi.Output[str]
    """What the server itself acts as, a member of a grant."""


def create(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
    network = scope.native(scope.network, GcpNetwork)
    size = _size(scope, spec)
    settings = postgres_settings.settings(scope, spec, size, network)
    primary = _primary(scope, spec, network, settings)
    replicas = [_replica(scope, spec, primary, settings, number) for number in range(1, spec.read_replicas + 1)]
    databases = {name: _database(scope, spec, primary, name) for name in spec.databases}
    there = _destination(spec, [primary, *replicas])
    tunnel.let_in(scope, there)
    setup = postgres_setup.create(scope, primary, databases, spec.extensions)
    native = GcpDatabase(
        network=scope.network,
        session=setup.session,
        destination=there,
        ready=setup.scripts,
        names=[server.name for server in (primary, *replicas)],
        connections=postgres_settings.connections(spec, size),
        agent=pulumi.Output.concat("serviceAccount:", primary.service_account_email_address),
    )
    return _endpoint(spec, primary, replicas, setup, native)


def _size(scope: Scope, spec: PostgresSpec) -> Size:
    storage = max(spec.storage_gb, spec.max_storage_gb or 0)
    dedicated = spec.dedicated_cpu or scope.defaults.protect or storage > sizes.SHARED_CORE_STORAGE_GB
    offered: Sequence[Size] = sizes.ENTERPRISE_PLUS
    if not postgres_settings.needs_plus(spec):
        offered = (*sizes.enterprise(spec.memory_gb), *offered)
    return choose(scope, offered, cpu=spec.cpu, memory_gb=spec.memory_gb, dedicated_cpu=dedicated)


def _primary(
    scope: Scope, spec: PostgresSpec, network: GcpNetwork, settings: postgres_settings.Settings
) -> sql.DatabaseInstance:
    return scope.resource(
        "server",
        sql.DatabaseInstance,
        stateful=True,
        protect=spec.deletion_protection,
        depends_on=[api(scope, "sql"), *([network.services] if network.services else [])],
        ignore_changes=["encryptionKeyName", *_grown(spec)],
        database_version=_version(spec),
        # The provider's own protection is on unless it is said to be off.
        deletion_protection=bool(spec.deletion_protection),
        encryption_key_name=key_id(scope, service="sql"),
        settings=settings.primary,
    )


def _replica(
    scope: Scope,
    spec: PostgresSpec,
    primary: sql.DatabaseInstance,
    settings: postgres_settings.Settings,
    number: int,
) -> sql.DatabaseInstance:
    """Encrypted with the primary's key, as Cloud SQL does it by itself in one region."""
    return scope.resource(
        f"replica-{number}",
        sql.DatabaseInstance,
        ignore_changes=_grown(spec),
        database_version=_version(spec),
        master_instance_name=primary.name,
        instance_type="READ_REPLICA_INSTANCE",
        deletion_protection=False,
        settings=settings.replica,
    )


def _grown(spec: PostgresSpec) -> list[str]:
    """A disk that grows by itself is larger than it was asked to be, and the provider would replace the server to make
    it smaller again (see `disk_size` of the resource): from then on it is the limit that is set."""
    return ["settings.diskSize"] if spec.max_storage_gb else []


def _version(spec: PostgresSpec) -> str:
    return f"POSTGRES_{spec.version or DEFAULT_VERSION}"


def _database(scope: Scope, spec: PostgresSpec, primary: sql.DatabaseInstance, name: str) -> sql.Database:
    return scope.resource(
        f"database-{name}",
        sql.Database,
        stateful=True,
        protect=spec.deletion_protection,
        # Dropped, it would be missing from the server's final backup.
        retain_on_delete=True,
        instance=primary.name,
        name=name,
    )


def _endpoint(
    spec: PostgresSpec,
    primary: sql.DatabaseInstance,
    replicas: Sequence[sql.DatabaseInstance],
    setup: postgres_setup.Setup,
    native: GcpDatabase,
) -> PostgresEndpoint:
    def host(server: sql.DatabaseInstance) -> pulumi.Output[str]:
        return after(server.private_ip_address, *setup.scripts)

    def address(server: sql.DatabaseInstance, port: int = PORT) -> pulumi.Output[str]:
        return url(
            "postgresql",
            username=OWNER,
            password=setup.password,
            host=host(server),
            port=port,
            path=spec.databases[0],
            query="sslmode=require",
        )

    readers = [address(replica) for replica in replicas] or [address(primary)]
    return PostgresEndpoint(
        host=host(primary),
        port=pulumi.Output.from_input(PORT),
        database=pulumi.Output.from_input(spec.databases[0]),
        username=pulumi.Output.from_input(OWNER),
        password=setup.password,
        url=address(primary),
        reader_url=readers[0],
        reader_urls=pulumi.Output.all(*readers),
        pooled_url=address(primary, POOLER_PORT if spec.pooling else PORT),
        # The provider holds it for a secret; whoever connects is shown it.
        ca_certificate=pulumi.Output.unsecret(primary.server_ca_certs.apply(authorities)),
        native=native,
    )


def _destination(spec: PostgresSpec, servers: Sequence[sql.DatabaseInstance]) -> Destination:
    ports = [PORT, POOLER_PORT] if spec.pooling else [PORT]
    return Destination.of(
        hosts=[server.private_ip_address for server in servers],
        ports=[pulumi.Output.from_input(str(port)) for port in ports],
    )


def link(scope: Scope, link: Link) -> Grant:
    there: PostgresEndpoint = link.to.endpoint
    native = scope.native(link.to, GcpDatabase)
    check_same(scope, link, native.network)
    role = postgres_links.make(scope, link, native.session, after=native.ready)
    mine = partial(as_user, username=role.name, password=role.password, path=role.database)
    endpoint = dataclasses.replace(
        there,
        database=pulumi.Output.from_input(role.database),
        username=pulumi.Output.from_input(role.name),
        password=role.password,
        url=mine(there.url),
        reader_url=mine(there.reader_url),
        pooled_url=mine(there.pooled_url),
    )
    return endpoint.grant(native=GcpGrant(destination=native.destination), depends_on=[role.script])

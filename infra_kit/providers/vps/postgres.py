"""Postgres on a VPS: the official image with pgvector, its data on a volume; replicas, PgBouncer and backups beside it.

`memory_gb` and `cpu` are the server's limits; a replica has the same again. The disk is the host's: a Docker volume has
no size of its own. So `storage_gb` is what the host must have for it, free or in use by it, before the server is made
(`scripts/postgres_check.sh`), and `max_storage_gb` counts of a host whose size the settings say; nothing keeps it from
growing beyond, as long as there is disk, and the plan says so. No TLS: connections stay on the host's internal network,
or on the private network that the settings name.
A new major version cannot read the old one's data: it is refused before anything is replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresEndpoint, PostgresSpec
from infra_kit.databases import Pooling
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.postgres_extensions import CONTRIB
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.storage import say_no_limit
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import (
    images,
    postgres_backup,
    postgres_conf,
    postgres_links,
    postgres_pooler,
    postgres_sql,
    room,
    ssh,
)  # fmt: skip
from infra_kit.providers.vps.addresses import Address, address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, inside, way
from infra_kit.providers.vps.postgres_backup import TEMPORARY, Source
from infra_kit.providers.vps.postgres_conf import POOLER_PORT, PORT, REPLICATOR, SOCKETS, USER
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {features.DEDICATED_CPU, features.READ_REPLICAS, features.POOLING, features.BACKUPS, features.POINT_IN_TIME}
    | {features.version(version) for version in images.POSTGRES}
    | {features.extension(name) for name in (*CONTRIB, "vector")}
)
HINTS = {
    features.DEDICATED_CPU: "the host is not known to have CPUs of its own; rent one that has and say so: "
    "infra-kit:vps: {size: {cpu: …, memory_gb: …, disk_gb: …, dedicated_cpu: true}}",
    features.HIGH_AVAILABILITY: "one host cannot stand in for itself; set high_availability=False here",
    Feature("extension"): "the image has PostgreSQL's own extensions and vector; aws and gcp have more",
}


def gaps(spec: PostgresSpec, settings: Settings) -> Mapping[Feature, str]:
    """A host's CPUs are its own, or not, for all that runs there."""
    beyond = frozenset() if room.has_dedicated_cpu(settings) else frozenset({features.DEDICATED_CPU})
    return features.gaps(spec.features(), SUPPORTS - beyond, HINTS)


def create(scope: Scope, spec: PostgresSpec) -> PostgresEndpoint:
    postgres_conf.check(scope.name, spec)
    room.take(scope, "data", "disk_gb", room.disk_gb(spec))
    say_no_limit(scope, spec.max_storage_gb, ssh.settings(scope).host)
    shared = _Shared.of(scope, spec)
    data = volume(scope, "data", protect=spec.deletion_protection)
    sockets = postgres_backup.sockets(scope, USER) if spec.backups else None
    server = _server(shared, data, sockets, _check(shared, data))
    settled = _settle(shared, server)
    replicas = [_replica(shared, number, server, settled) for number in range(1, spec.read_replicas + 1)]
    pooler = _pooler(shared, spec.pooling, settled) if spec.pooling else None
    native = _native(shared, server, settled, replicas, pooler)
    if spec.backups and sockets:
        source = Source(server=server, folder=shared.folder, data=data, sockets=sockets, user=USER)
        postgres_backup.create(scope, spec.backups, source)
        native = replace(native, source=source)
    return replace(_endpoint(shared, settled, replicas, pooler), native=native)


@dataclass(frozen=True, kw_only=True)
class VpsPostgres:
    """How links make roles, and where what is linked reaches the server."""

    server: Container
    settled: pulumi.Resource
    reached: Reached
    writes: Address
    reads: Address
    pooled: Address
    source: Source | None = None
    """What a Backup copies: of one that keeps its log."""


def link(scope: Scope, link: Link) -> Grant:
    there: PostgresEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsPostgres)
    (access,), (database,) = link.access, link.only["database"]
    name = user_name(scope.name, link)
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    gone = told("postgres_link_gone.sh", {"ROLE": name, "OWNER": OWNER})
    made = ssh.run(
        scope,
        f"link-{link.key}",
        postgres_sql.psql(native.server),
        stdin=pulumi.Output.secret(secret.apply(lambda known: postgres_links.role(name, access, database, known))),
        delete=ssh.inside(native.server.hostname, gone),
        depends_on=[native.settled],
    )
    as_role = partial(_url, username=name, password=secret, database=database)
    mine = replace(
        there,
        host=native.writes.host,
        port=native.writes.port,
        database=pulumi.Output.from_input(database),
        username=pulumi.Output.from_input(name),
        password=secret,
        url=as_role(native.writes),
        reader_url=as_role(native.reads),
        pooled_url=as_role(native.pooled),
    )
    return mine.grant(native=way(scope, link, native.reached), depends_on=[made])


@dataclass(frozen=True)
class _Shared:
    """What the parts have in common."""

    scope: Scope
    spec: PostgresSpec
    version: str
    image: pulumi.Output[str]
    password: pulumi.Output[str]
    replication: pulumi.Output[str]
    pooler: pulumi.Output[str] | None

    @classmethod
    def of(cls, scope: Scope, spec: PostgresSpec) -> _Shared:
        version = spec.version or DEFAULT_VERSION
        image = images.pull(scope, images.POSTGRES[version])
        pooler = password(scope, "pooler-password").result if spec.pooling else None
        both = password(scope).result, password(scope, "replication-password").result
        return cls(scope, spec, version, image, *both, pooler)

    @property
    def primary(self) -> str:
        return child(self.scope.name, "server")

    @property
    def folder(self) -> str:
        """Where the image has a folder of the user's for the volume: 18 moved it
        (https://github.com/docker-library/postgres/pull/1259)."""
        return "/var/lib/postgresql" if int(self.version) >= 18 else "/var/lib/postgresql/data"

    def run(self, role: str) -> Run:
        spec = self.spec
        return Run(
            image=self.image,
            user=USER,
            memory_gb=spec.memory_gb,
            cpu=spec.cpu,
            health=["pg_isready", "--quiet", "--host", SOCKETS, "--username", "postgres"],
            networks=data_networks(self.scope, role),
            environment={"PGDATA": f"{self.folder}/pgdata"},
            tmpfs={TEMPORARY: "size=64m", SOCKETS: "size=1m"},
            shm_mb=max(64, int(spec.memory_gb * 256)),
            pids=postgres_conf.MAX_CONNECTIONS + 100,
            # An orderly stop that does not wait for clients to leave.
            stop_signal="SIGINT",
        )


def _check(shared: _Shared, data: docker.Volume) -> pulumi.Resource:
    """Refuses the data of another major version, and a disk that is too small, before anything is replaced."""
    variables = pulumi.Output.format(
        "NAME={0} VERSION={1} STORAGE_GB={2} IMAGE={3} VOLUME={4} FOLDER={5} RUN_AS={6}\n",
        *(shared.scope.name, shared.version, shared.spec.storage_gb, shared.image, data.name, shared.folder, USER),
    )
    told = pulumi.Output.concat(variables, script("postgres_check.sh"))
    return ssh.run(shared.scope, "check", "sh -s", stdin=told)


def _server(shared: _Shared, data: docker.Volume, sockets: docker.Volume | None, checked: pulumi.Resource) -> Container:
    run = shared.run("server")
    wal = f"{shared.folder}/{postgres_backup.WAL}" if sockets else None
    run = replace(
        run,
        command=["postgres", "-c", f"config_file={FILES}/postgresql.conf"],
        environment={**run.environment, "POSTGRES_PASSWORD_FILE": f"{FILES}/superuser"},
        files={
            "postgresql.conf": postgres_conf.server(shared.spec, archive=wal),
            "pg_hba.conf": postgres_conf.HBA,
            "superuser": password(shared.scope, "superuser-password").result,
            **({"archived.sh": script("postgres_archived.sh")} if sockets else {}),
        },
        volumes={shared.folder: data.name, **({SOCKETS: sockets.name} if sockets else {})},
        tmpfs={path: options for path, options in run.tmpfs.items() if not (sockets and path == SOCKETS)},
    )
    return container(shared.scope, "server", run, publish=PORT, depends_on=[checked])


def _settle(shared: _Shared, server: Container) -> pulumi.Resource:
    """Roles, databases and extensions, by psql in the server's container; the SQL goes by its standard input."""
    sql = pulumi.Output.all(shared.password, shared.replication, shared.pooler).apply(
        lambda known: postgres_sql.settings(shared.spec, *known)
    )
    return ssh.run(
        shared.scope, "settings", postgres_sql.psql(server), stdin=pulumi.Output.secret(sql), depends_on=[server.ready]
    )


def _replica(shared: _Shared, number: int, server: Container, settled: pulumi.Resource) -> Container:
    """It holds no data of its own: its volume goes with it, and is copied from the primary again.

    By its slot the primary keeps the log that it still needs. It makes the slot itself, with its copy; what takes the
    slot away is made before it, so that it is gone by then.
    """
    role, slot = f"replica-{number}", f"replica_{number}"
    gone = ssh.inside(server.hostname, told("postgres_slot_gone.sh", {"SLOT": slot}))
    kept = ssh.run(shared.scope, f"{role}-slot", "true", delete=gone, depends_on=[settled])
    run = replace(
        shared.run(role),
        entrypoint=["sh", f"{FILES}/replica.sh"],
        command=[slot, shared.primary],
        files={
            "postgresql.conf": postgres_conf.server(shared.spec, follow=(shared.primary, slot)),
            "pg_hba.conf": postgres_conf.HBA,
            "pgpass": pulumi.Output.secret(pulumi.Output.concat(f"*:*:*:{REPLICATOR}:", shared.replication, "\n")),
            "replica.sh": script("postgres_replica.sh"),
        },
        volumes={shared.folder: None},
        start_seconds=3600,  # the copy is part of it
    )
    return container(shared.scope, role, run, publish=PORT, depends_on=[kept])


def _pooler(shared: _Shared, pooling: Pooling, settled: pulumi.Resource) -> Container:
    passwords = shared.password, shared.pooler
    return postgres_pooler.create(
        shared.scope, pooling, shared.spec.databases, host=shared.primary, passwords=passwords, settled=settled
    )


def _endpoint(
    shared: _Shared, settled: pulumi.Resource, replicas: Sequence[Container], pooler: Container | None
) -> PostgresEndpoint:
    scope, spec = shared.scope, shared.spec
    owners = partial(_url, username=OWNER, password=shared.password, database=spec.databases[0])
    writes = address(scope, "server", PORT, settled)
    reads = [
        address(scope, f"replica-{number}", PORT, replica.ready) for number, replica in enumerate(replicas, start=1)
    ] or [writes]
    pooled = address(scope, "pooler", POOLER_PORT, pooler.ready) if pooler else writes
    return PostgresEndpoint(
        host=writes.host,
        port=writes.port,
        database=pulumi.Output.from_input(spec.databases[0]),
        username=pulumi.Output.from_input(OWNER),
        password=pulumi.Output.secret(shared.password),
        url=owners(writes),
        reader_url=owners(reads[0]),
        reader_urls=pulumi.Output.all(*(owners(where) for where in reads)),
        pooled_url=owners(pooled),
        ca_certificate=pulumi.Output.from_input(None),
    )


def _native(
    shared: _Shared,
    server: Container,
    settled: pulumi.Resource,
    replicas: Sequence[Container],
    pooler: Container | None,
) -> VpsPostgres:
    scope = shared.scope
    readers = {f"replica-{number}": replica for number, replica in enumerate(replicas, start=1)}
    reached = {"server": server, **readers, **({"pooler": pooler} if pooler else {})}
    writes = inside(scope, "server", PORT, settled)
    return VpsPostgres(
        server=server,
        settled=settled,
        reached={child(scope.name, role): it for role, it in reached.items()},
        writes=writes,
        reads=inside(scope, "replica-1", PORT, replicas[0].ready) if replicas else writes,
        pooled=inside(scope, "pooler", POOLER_PORT, pooler.ready) if pooler else writes,
    )


def _url(where: Address, *, username: str, password: pulumi.Output[str], database: str) -> pulumi.Output[str]:
    return url("postgresql", username=username, password=password, host=where.host, port=where.port, path=database)

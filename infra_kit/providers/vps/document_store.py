"""DocumentStore on a VPS: MongoDB in a container, its data on a volume, as the one member of a replica set.

MongoDB's licence, the SSPL (https://www.mongodb.com/legal/licensing/server-side-public-license), lets anybody run it
for a product of his own; who offers MongoDB itself as a service must publish all that he offers it with. It wants a
processor with AVX, or ARMv8.2 (https://www.mongodb.com/docs/manual/administration/production-notes/).

Collections and users are not in its configuration: `scripts/documents.js` brings them to what is declared, in the
server's container. No TLS: the connection stays on the host's internal network, or on the private network that the
settings name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, get_args

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.document_store import DocumentStoreEndpoint, DocumentStoreSpec, Version
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import documents
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import images, only_here, room, ssh
from infra_kit.providers.vps.addresses import Address, address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, inside, way
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told
from infra_kit.settings import Settings

SUPPORTS = frozenset({features.DEDICATED_CPU} | {features.version(version) for version in get_args(Version)})
"""The image is MongoDB 8, which has the commands of the versions before it."""

_ONE = "one host cannot stand in for itself"
_NO_COPIES = "nothing copies it here: run mongodump by its url in a Job, or have it on aws; set backups=None here"
HINTS = {
    features.DEDICATED_CPU: "the host is not known to have CPUs of its own; rent one that has and say so: "
    "infra-kit:vps: {size: {cpu: …, memory_gb: …, disk_gb: …, dedicated_cpu: true}}",
    features.HIGH_AVAILABILITY: f"{_ONE}; set high_availability=False here",
    features.READ_REPLICAS: f"{_ONE}; set read_replicas=0 here, reader_url is the url then",
    features.BACKUPS: _NO_COPIES,
    features.POINT_IN_TIME: _NO_COPIES,
}

CAVEATS = ("its documents have no copy away from the host, unless a Job of the user's takes one (mongodump)",)

USER = "999:999"
"""The image's own user `mongodb`, which owns its folder /data/db (https://github.com/docker-library/mongo)."""
SHELL_GB = 0.25
"""For mongosh, which runs beside the server while collections and users change."""
LEAST_CACHE_GB = 0.25
"""https://www.mongodb.com/docs/manual/reference/configuration-options/#mongodb-setting-storage.wiredTiger.engineConfig.cacheSizeGB"""
CONNECTIONS = 1000
"""At most; each is a thread."""


def gaps(spec: DocumentStoreSpec, settings: Settings) -> Mapping[Feature, str]:
    """A host's CPUs are its own, or not, for all that runs there."""
    beyond = frozenset() if room.has_dedicated_cpu(settings) else frozenset({features.DEDICATED_CPU})
    return features.gaps(spec.features(), SUPPORTS - beyond, HINTS)


def create(scope: Scope, spec: DocumentStoreSpec) -> DocumentStoreEndpoint:
    only_here.warn(scope, *CAVEATS, way_out="Have a Job run mongodump by its url")
    room.take(scope, "data", "disk_gb", room.disk_gb(spec))
    app = password(scope).result
    server = _server(scope, spec)
    settled = _settle(scope, spec, server, app)
    where, as_app = address(scope, "server", documents.PORT, settled), pulumi.Output.from_input(documents.APP)
    return DocumentStoreEndpoint(
        database=pulumi.Output.from_input(spec.database),
        tls=pulumi.Output.from_input(val=False),
        ca_certificate=pulumi.Output.from_input(None),
        native=VpsDocuments(
            server=server,
            settled=settled,
            reached={child(scope.name, "server"): server},
            where=inside(scope, "server", documents.PORT, settled),
        ),
        **_at(where, as_app, app, spec.database),
    )


@dataclass(frozen=True, kw_only=True)
class VpsDocuments:
    """How links make users, and where what is linked reaches the server."""

    server: Container
    settled: pulumi.Resource
    reached: Reached
    where: Address


def link(scope: Scope, link: Link) -> Grant:
    there: DocumentStoreEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsDocuments)
    database, name = link.to.spec.database, user_name(scope.name, link)
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    wanted = partial(_wanted, database)
    roles = documents.roles(link.access[0], database)
    made = _run(
        scope,
        f"link-{link.key}",
        native.server,
        secret.apply(lambda known: wanted(users=[{"name": name, "password": known, "roles": roles}])),
        delete=ssh.inside(native.server.hostname, wanted(gone=[name])),
        after=native.settled,
    )
    mine = replace(there, **_at(native.where, pulumi.Output.from_input(name), secret, database))
    return mine.grant(native=way(scope, link, native.reached), depends_on=[made])


def _server(scope: Scope, spec: DocumentStoreSpec) -> Container:
    data = volume(scope, "data", protect=spec.deletion_protection)
    run = Run(
        image=images.pull(scope, images.MONGODB),
        user=USER,
        entrypoint=["sh", f"{FILES}/mongod.sh"],
        memory_gb=spec.memory_gb + SHELL_GB,
        cpu=spec.cpu,
        # It takes connections once it has gone through its journal. What asks more, a shell, takes a second of a CPU.
        health=["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{documents.PORT}"],
        networks=data_networks(scope),
        environment={"HOME": "/tmp"},  # noqa: S108  in memory, of this container alone
        files={
            "mongod.conf": _configuration(spec),
            "key": password(scope, "key").result,
            "admin": password(scope, "admin-password").result,
            "mongod.sh": script("mongod.sh"),
            "documents.js": script("documents.js"),
        },
        volumes={"/data/db": data.name},
        tmpfs={"/tmp": "size=64m"},  # noqa: S108
        pids=CONNECTIONS + 200,
    )
    return container(scope, "server", run, publish=documents.PORT)


def _configuration(spec: DocumentStoreSpec) -> str:
    """mongod.conf, which is YAML and so may be JSON."""
    settings = {
        "net": {
            "port": documents.PORT,
            "bindIpAll": True,
            "maxIncomingConnections": CONNECTIONS,
            "unixDomainSocket": {"enabled": False},
        },
        "security": {"authorization": "enabled", "keyFile": "/tmp/key"},  # noqa: S108
        "replication": {"replSetName": "rs0"},
        "storage": {
            "dbPath": "/data/db",
            "wiredTiger": {"engineConfig": {"cacheSizeGB": max(LEAST_CACHE_GB, spec.memory_gb / 2)}},
        },
        # Not each connection that comes and goes.
        "systemLog": {"quiet": True},
    }
    return json.dumps(settings, indent=1) + "\n"


def _settle(scope: Scope, spec: DocumentStoreSpec, server: Container, app: pulumi.Output[str]) -> pulumi.Resource:
    roles = documents.roles("owner", spec.database)
    wanted = app.apply(
        lambda known: _wanted(
            spec.database,
            collections=documents.collections(spec),
            users=[{"name": documents.APP, "password": known, "roles": roles}],
        )
    )
    return _run(scope, "settings", server, wanted, after=server.ready)


def _run(
    scope: Scope,
    role: str,
    server: Container,
    wanted: pulumi.Output[str],
    *,
    after: pulumi.Resource,
    delete: pulumi.Output[str] | None = None,
) -> pulumi.Resource:
    command = pulumi.Output.format("docker exec --interactive {0} sh -s", server.id)
    return ssh.run(scope, role, command, stdin=pulumi.Output.secret(wanted), delete=delete, depends_on=[after])


def _wanted(
    database: str,
    *,
    collections: Mapping[str, Any] | None = None,
    users: Sequence[Mapping[str, Any]] = (),
    gone: Sequence[str] = (),
) -> str:
    wanted = {"database": database, "collections": collections or {}, "users": list(users), "gone": list(gone)}
    return told("documents.sh", {"WANTED": json.dumps(wanted)})


def _at(where: Address, username: pulumi.Output[str], secret: pulumi.Output[str], database: str) -> dict[str, Any]:
    whole = url(
        "mongodb",
        username=username,
        password=secret,
        host=where.host,
        port=where.port,
        path=database,
        query=documents.QUERY,
    )
    return {
        "host": where.host,
        "port": where.port,
        "username": username,
        "password": pulumi.Output.secret(secret),
        "url": whole,
        "reader_url": whole,
    }

"""Search on a VPS: OpenSearch in a container, one node, its data on a volume.

- Half of `memory_gb` is the heap, taken at once; the rest caches files. A host needs that much to spare.
- `storage_gb` bounds nothing: a volume is as large as the host's disk. OpenSearch makes no more where 95 % are full.
- The image's own set-up, which knows demonstration passwords, is not run: `common/opensearch_node.py`.
- No TLS: the connection stays on the host's internal network, or on the private network that the settings name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.search import DEFAULT_VERSION, SearchEndpoint, SearchSpec
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import opensearch, opensearch_node
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.opensearch import ADMIN, APP, Call
from infra_kit.providers.common.opensearch_node import DATA, PORT, USER
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import images, ssh
from infra_kit.providers.vps.addresses import Address, address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, inside, way
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told

SUPPORTS = frozenset({features.version(version) for version in images.OPENSEARCH})
HINTS = {
    features.READ_REPLICAS: "one host holds one node; set replicas=0 here",
    features.HIGH_AVAILABILITY: "one host cannot stand in for itself; set high_availability=False here",
}
CAVEATS = (
    "it has no copy away from the host, for no Backup copies a Search: what the host loses is indexed anew from what "
    "it was made of",
)

CPU = 2.0


@dataclass(frozen=True, kw_only=True)
class VpsSearch:
    """How links make users, and where what is linked reaches the server."""

    server: Container
    reached: Reached
    address: Address


def create(scope: Scope, spec: SearchSpec) -> SearchEndpoint:
    if scope.defaults.protect:
        pulumi.log.warn(f"{scope.what}: {CAVEATS[0]}.", scope.parent)
    app = password(scope).result
    server = _server(scope, spec)
    calls = app.apply(lambda known: [*opensearch.user(APP, known, APP, ()), *opensearch.indexes(spec)])
    done = _tell(scope, "setup", server, calls)
    where = address(scope, "server", PORT, done)
    return SearchEndpoint(
        host=where.host,
        port=where.port,
        username=pulumi.Output.from_input(APP),
        password=pulumi.Output.secret(app),
        tls=pulumi.Output.from_input(val=False),
        ca_certificate=pulumi.Output.from_input(None),
        url=_url(where, APP, app),
        native=VpsSearch(
            server=server,
            reached={child(scope.name, "server"): server},
            address=inside(scope, "server", PORT, done),
        ),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: SearchEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsSearch)
    name = user_name(scope.name, link)
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    access, patterns = link.access[0], link.only.get("indexes", ())
    calls = secret.apply(lambda known: opensearch.user(name, known, access, patterns))
    made = _tell(scope, f"link-{link.key}-user", native.server, calls, gone=opensearch.gone(name))
    mine = replace(
        there,
        host=native.address.host,
        port=native.address.port,
        username=pulumi.Output.from_input(name),
        password=secret,
        url=_url(native.address, name, secret),
    )
    return mine.grant(native=way(scope, link, native.reached), depends_on=[made])


def _server(scope: Scope, spec: SearchSpec) -> Container:
    admin = password(scope, "admin-password")
    heap = opensearch.heap_mb(spec.memory_gb)
    run = Run(
        image=images.pull(scope, images.OPENSEARCH[spec.version or DEFAULT_VERSION]),
        user=USER,
        entrypoint=["sh", f"{FILES}/{opensearch_node.START}"],
        environment={"HEAP_MB": str(heap)},
        memory_gb=spec.memory_gb,
        cpu=CPU,
        health=["sh", f"{FILES}/opensearch_ask.sh"],
        health_seconds=(15, 12),
        health_begins=120,
        start_seconds=300,
        networks=data_networks(scope, "server"),
        files={
            **opensearch_node.files(),
            "internal_users.yml": pulumi.Output.secret(admin.bcrypt_hash.apply(opensearch.first_users)),
            "login": pulumi.Output.secret(admin.result.apply(lambda known: f'user = "{ADMIN}:{known}"\n')),
            "opensearch_ask.sh": script("opensearch_ask.sh"),
        },
        volumes={DATA: volume(scope, "data").name},
        tmpfs={"/tmp": "size=64m", "/run/opensearch": "size=64m"},  # noqa: S108  the container's own
        pids=1024,
    )
    return container(scope, "server", run, publish=PORT)


def _tell(
    scope: Scope, role: str, server: Container, calls: pulumi.Output[list[Call]], *, gone: Sequence[Call] = ()
) -> pulumi.Resource:
    """Has the running server do it, and take it back when it goes."""
    return ssh.run(
        scope,
        role,
        pulumi.Output.format("docker exec --interactive {0} sh -s", server.id),
        stdin=pulumi.Output.secret(calls.apply(told_calls)),
        delete=ssh.inside(server.hostname, told_calls(gone)) if gone else None,
        depends_on=[server.ready],
    )


def told_calls(calls: Sequence[Call]) -> str:
    lines = [
        line
        for call in calls
        for line in (call.method, call.path, call.body, call.unless, call.key, call.needs, call.refusal)
    ]
    return told("opensearch_tell.sh", {"CALLS": "\n".join(lines)})


def _url(where: Address, username: str, secret: pulumi.Output[str]) -> pulumi.Output[str]:
    return url("http", username=username, password=secret, host=where.host, port=where.port)

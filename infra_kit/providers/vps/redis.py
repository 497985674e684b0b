"""Redis on a VPS: Valkey in a container, its data on a volume, replicas beside it.

Without `persistence` an orderly stop still hands the data over to the next start in a dump, so that a new image or a
changed setting empties no cache. No TLS: the connection stays on the host's internal network, or on the private network
that the settings name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import valkey
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import copies, images, ssh
from infra_kit.providers.vps.addresses import Address, address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, inside, way
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told

SUPPORTS = frozenset(
    {features.READ_REPLICAS, features.PERSISTENCE} | {features.version(version) for version in ("7", "8", "9")}
)
HINTS = {
    features.HIGH_AVAILABILITY: "one host cannot stand in for itself; set high_availability=False here",
}

CAVEATS = ("without a Backup what it persists has no copy away from the host",)

PORT = 6379
USER = "999:999"
"""The image's own user `valkey`, which owns its folder /data (https://github.com/valkey-io/valkey-container)."""
CPU = 1.0
"""Commands run in one thread (https://valkey.io/topics/benchmark/)."""
HEALTH = ("valkey-cli", "-e", "--no-auth-warning", "--user", "health", "--pass", "none", "ping")
"""The user `health` has no password, and may do nothing else."""


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    shared = _Shared(scope, spec)
    if spec.persistence:
        copies.warn(scope, *CAVEATS)
    data = volume(scope, "data")
    server = _server(shared, data)
    replicas = [_replica(shared, number, server) for number in range(1, spec.replicas + 1)]
    return replace(_endpoint(shared, server, replicas), native=_native(scope, server, replicas))


@dataclass(frozen=True, kw_only=True)
class VpsRedis:
    """How links make users, and where what is linked reaches the server."""

    servers: Mapping[str, Container]
    """The server and its replicas, by role: each keeps its users by itself."""
    reached: Reached
    writes: Address
    reads: Address


def link(scope: Scope, link: Link) -> Grant:
    there: RedisEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsRedis)
    name = user_name(scope.name, link)
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    rules = secret.apply(lambda known: valkey.rules_of_link(link.access[0], known))
    made = [give_user(scope, f"link-{link.key}-{role}", server, name, rules) for role, server in native.servers.items()]
    as_user = partial(_url, username=name, password=secret)
    mine = replace(
        there,
        host=native.writes.host,
        port=native.writes.port,
        username=pulumi.Output.from_input(name),
        password=secret,
        url=as_user(native.writes),
        reader_url=as_user(native.reads),
    )
    return mine.grant(native=way(scope, link, native.reached), depends_on=made)


def give_user(
    scope: Scope, role: str, server: Container, name: str, rules: pulumi.Output[list[str]]
) -> pulumi.Resource:
    """Has a running server know a user.

    Args:
        scope, role: of the step.
        server: its container.
        name: the user.
        rules: what it may do.
    """
    told_ = rules.apply(lambda known: told("valkey_link.sh", {"NAME": name, "RULES": " ".join(known)}))
    return ssh.run(
        scope,
        role,
        pulumi.Output.format("docker exec --interactive {0} sh -s", server.id),
        stdin=pulumi.Output.secret(told_),
        delete=ssh.inside(server.hostname, told("valkey_link.sh", {"NAME": name, "RULES": ""})),
        depends_on=[server.ready],
    )


def _native(scope: Scope, server: Container, replicas: Sequence[Container]) -> VpsRedis:
    servers = {"server": server, **{f"replica-{number}": it for number, it in enumerate(replicas, start=1)}}
    writes = inside(scope, "server", PORT, server.ready)
    return VpsRedis(
        servers=servers,
        reached={child(scope.name, role): it for role, it in servers.items()},
        writes=writes,
        reads=inside(scope, "replica-1", PORT, replicas[0].ready) if replicas else writes,
    )


class _Shared:
    """What the server and its replicas have in common."""

    def __init__(self, scope: Scope, spec: RedisSpec) -> None:
        self.scope, self.spec = scope, spec
        self.admin, self.app = password(scope, "admin-password").result, password(scope).result
        self.image = images.pull(scope, images.for_redis(spec.version))

    def run(self, role: str, data: pulumi.Output[str] | None, *, log: bool, primary: str | None = None) -> Run:
        return Run(
            image=self.image,
            user=USER,
            entrypoint=["sh", f"{FILES}/valkey.sh"],
            command=["yes" if log else "no"],
            memory_gb=self.spec.memory_gb * 1.5 + 0.0625,  # a rewrite of the log copies what is written meanwhile
            cpu=CPU,
            health=HEALTH,
            networks=data_networks(self.scope, role),
            files={
                "valkey.conf": self.configuration(primary),
                "admin": self.admin,
                "valkey.sh": script("valkey.sh"),
            },
            volumes={"/data": data},
            pids=64,
        )

    def configuration(self, primary: str | None) -> pulumi.Output[str]:
        """valkey.conf. Passwords stand in it as digests, but for the one with which a replica asks its primary."""
        both = pulumi.Output.all(admin=self.admin, app=self.app)
        return pulumi.Output.secret(
            both.apply(lambda known: _configuration(self.spec, known["admin"], known["app"], primary))
        )


def _server(shared: _Shared, data: docker.Volume) -> Container:
    run = shared.run("server", data.name, log=shared.spec.persistence)
    return container(shared.scope, "server", run, publish=PORT)


def _replica(shared: _Shared, number: int, server: Container) -> Container:
    """It holds no data of its own: its volume goes with it, and its primary sends it all anew."""
    role = f"replica-{number}"
    run = shared.run(role, None, log=False, primary=child(shared.scope.name, "server"))
    return container(shared.scope, role, run, publish=PORT, depends_on=[server.ready])


def _configuration(spec: RedisSpec, admin: str, app: str, primary: str | None) -> str:
    follows = [f"replicaof {primary} {PORT}", f"masteruser {valkey.ADMIN}", f"masterauth {admin}"] if primary else []
    lines = [
        f"port {PORT}",
        "dir /data",
        # Every user but `health` has a password, and only the networks of the container reach the port.
        "protected-mode no",
        f"user {valkey.ADMIN} {' '.join(valkey.rules_of_admin(admin))}",
        f"user {valkey.APP} {' '.join(valkey.rules_of_app(app))}",
        "user health on nopass resetkeys resetchannels -@all +ping",
        f"databases {spec.databases}",
        f"maxmemory {int(spec.memory_gb * 2**30)}",
        f"maxmemory-policy {spec.eviction}",
        'save ""',
        "appendfsync everysec",
        f"shutdown-on-sigterm {'default' if spec.persistence or primary else 'save'}",
        *follows,
        # The users of links, which valkey_link.sh keeps.
        "include /data/links/*.conf",
    ]
    return "\n".join(lines) + "\n"


def _endpoint(shared: _Shared, server: Container, replicas: Sequence[Container]) -> RedisEndpoint:
    writes = address(shared.scope, "server", PORT, server.ready)
    reads = [address(shared.scope, f"replica-{number}", PORT, it.ready) for number, it in enumerate(replicas, 1)]
    as_app = partial(_url, username=valkey.APP, password=shared.app)
    readers = [as_app(where) for where in reads or [writes]]
    return RedisEndpoint(
        host=writes.host,
        port=writes.port,
        username=pulumi.Output.from_input(valkey.APP),
        password=pulumi.Output.secret(shared.app),
        tls=pulumi.Output.from_input(val=False),
        ca_certificate=pulumi.Output.from_input(None),
        url=as_app(writes),
        reader_url=readers[0],
        reader_urls=pulumi.Output.all(*readers),
    )


def _url(where: Address, *, username: str, password: pulumi.Output[str]) -> pulumi.Output[str]:
    return url("redis", username=username, password=password, host=where.host, port=where.port, path="0")

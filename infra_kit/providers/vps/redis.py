"""Redis on a VPS: Valkey in a container, its data on a volume, replicas beside it.

Without `persistence` an orderly stop still hands the data over to the next start in a dump, so that a new image or a
changed setting empties no cache. No TLS: the connection stays on the host's internal network, or on the private network
that the settings name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.redis import RedisEndpoint, RedisSpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import valkey
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import copies, images
from infra_kit.providers.vps.addresses import address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script

SUPPORTS = frozenset(
    {features.READ_REPLICAS, features.PERSISTENCE} | {features.version(version) for version in ("7", "8", "9")}
)
HINTS = {
    features.HIGH_AVAILABILITY: "one host cannot stand in for itself; set high_availability=False here",
}

CAVEATS = ("what it persists has no copy away from the host",)

PORT = 6379
USER = "999:999"
"""The image's own user `valkey`, which owns its folder /data (https://github.com/valkey-io/valkey-container)."""
CPU = 1.0
"""Commands run in one thread (https://valkey.io/topics/benchmark/)."""
HEALTH = ("valkey-cli", "-e", "--no-auth-warning", "--user", "health", "--pass", "none", "ping")
"""The user `health` has no password, and may do nothing else."""


def gaps(spec: RedisSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


def create(scope: Scope, spec: RedisSpec) -> RedisEndpoint:
    shared = _Shared(scope, spec)
    if spec.persistence:
        copies.warn(scope, *CAVEATS)
    data = volume(scope, "data")
    server = _server(shared, data)
    replicas = [_replica(shared, number, server) for number in range(1, spec.replicas + 1)]
    return _endpoint(shared, server, replicas)


class _Shared:
    """What the server and its replicas have in common."""

    def __init__(self, scope: Scope, spec: RedisSpec) -> None:
        self.scope, self.spec = scope, spec
        self.admin, self.app = password(scope, "admin-password").result, password(scope).result
        self.image = images.pull(scope, images.VALKEY["9" if spec.version == "9" else "8"])

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
    ]
    return "\n".join(lines) + "\n"


def _endpoint(shared: _Shared, server: Container, replicas: Sequence[Container]) -> RedisEndpoint:
    writes = address(shared.scope, "server", PORT, server.ready)
    reads = address(shared.scope, "replica-1", PORT, replicas[0].ready) if replicas else writes
    both = [
        url("redis", username=valkey.APP, password=shared.app, host=where.host, port=where.port, path="0")
        for where in (writes, reads)
    ]
    return RedisEndpoint(
        host=writes.host,
        port=writes.port,
        username=pulumi.Output.from_input(valkey.APP),
        password=pulumi.Output.secret(shared.app),
        tls=pulumi.Output.from_input(val=False),
        ca_certificate=pulumi.Output.from_input(None),
        url=both[0],
        reader_url=both[1],
    )

"""EventBus on a VPS: a NATS container with JetStream (`providers/common/nats.py` says how it is addressed).

Streams and consumers are not in NATS's configuration: a script brings them to what is declared, in a container of
`natsio/nats-box` that lives as long as the script. It deletes nothing that holds events, and refuses bounds that would.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.links import Grant, Link
from infra_kit.naming import child
from infra_kit.providers.common import nats
from infra_kit.providers.common.link_users import user_name
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import images, only_here, room, ssh
from infra_kit.providers.vps.addresses import Address, address, data_networks
from infra_kit.providers.vps.composed import CONF, listed, scripts
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.link_networks import Reached, inside, way
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script, told
from infra_kit.providers.vps.volumes import give

SUPPORTS = frozenset(
    {
        features.DEAD_LETTER,
        features.STREAM_SIZE,
        features.LONG_BACKLOG,
        features.LONG_RETENTION,
        features.ANY_ACK_WAIT,
        features.ANY_DELIVERIES,
        features.engine("nats"),
    }
)

HINTS = {
    features.STREAM_REPLICAS: "one host has one server, so one copy of a stream; set replicas=1 here",
    features.engine("native"): 'a host has no bus of a cloud; set engine="nats", which runs here, on aws and on gcp',
}

CAVEATS = ("without a Backup its events have no copy away from the host",)

PORT, MONITOR = 4222, 8222
USER = "1000:1000"
"""The image has no user of its own (https://github.com/nats-io/nats-docker); the script makes the volume this one's."""
MEMORY_GB, CPU = 0.5, 1.0
"""NATS keeps events on the disk: overrides={"server": {"memory": <MiB>, "cpus": "2"}} where consumers are many."""
DATA = "/data"


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    bus = spec.model_dump(mode="json", include={"streams", "consumers"})
    admin, app = password(scope, "admin-password").result, password(scope).result
    only_here.warn(scope, *CAVEATS)
    room.take(scope, "data", "disk_gb", room.disk_gb(spec))
    data = volume(scope, "data")
    server = _server(scope, data, _configuration(scope, bus, admin, app))
    settled = _settle(scope, bus, admin, server)
    where = address(scope, "server", PORT, settled)
    return EventBusEndpoint(
        url=url("nats", username=nats.APP, password=app, host=where.host, port=where.port),
        host=where.host,
        port=where.port,
        username=pulumi.Output.from_input(nats.APP),
        password=pulumi.Output.secret(app),
        streams=ssh.after(settled, {name: name for name in spec.streams}),
        consumers=ssh.after(settled, nats.consumer_addresses(bus)),
        dead_letters=ssh.after(settled, nats.dead_letter_addresses(bus)),
        inbox_prefix=pulumi.Output.from_input(nats.INBOX),
        native=VpsBus(
            server=server,
            settled=settled,
            streams=tuple(nats.streams(bus)),
            reached={child(scope.name, "server"): server},
            where=inside(scope, "server", PORT, settled),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class VpsBus:
    """How links make users, and where what is linked reaches the server."""

    server: Container
    settled: pulumi.Resource
    streams: tuple[str, ...]
    """Those that are there once it is settled; what is declared no more and holds events is there beside."""
    reached: Reached
    where: Address


def link(scope: Scope, link: Link) -> Grant:
    there: EventBusEndpoint = link.to.endpoint
    native = scope.native(link.to, VpsBus)
    name = user_name(scope.name, link)
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"link-{link.key}-password").result)
    entry = secret.apply(lambda known: json.dumps(nats.link_user(name, known, nats.link_rights(link))))
    made = give_user(scope, f"link-{link.key}", native, name, entry)
    mine = replace(
        there,
        host=native.where.host,
        port=native.where.port,
        username=pulumi.Output.from_input(name),
        password=secret,
        url=url("nats", username=name, password=secret, host=native.where.host, port=native.where.port),
        inbox_prefix=pulumi.Output.from_input(nats.inbox(name)),
    )
    return mine.grant(link, native=way(scope, link, native.reached), depends_on=[made])


def give_user(scope: Scope, role: str, native: VpsBus, name: str, entry: pulumi.Output[str]) -> pulumi.Resource:
    """Has a running server know a user.

    Args:
        scope, role: of the step.
        native: of the bus.
        name: the user.
        entry: as nats.conf has it.
    """
    return ssh.run(
        scope,
        role,
        pulumi.Output.format("docker exec --interactive {0} sh -s", native.server.id),
        stdin=pulumi.Output.secret(entry.apply(lambda known: _user(name, known))),
        delete=ssh.inside(native.server.hostname, _user(name, "")),
        depends_on=[native.settled],
    )


def _user(name: str, entry: str) -> str:
    return told("nats_link.sh", {"ENTRY": entry, "MONITOR": f"http://127.0.0.1:{MONITOR}", "NAME": name})


def _configuration(
    scope: Scope, bus: Mapping[str, Any], admin: pulumi.Output[str], app: pulumi.Output[str]
) -> pulumi.Output[str]:
    """The template of nats.conf, which may be JSON (https://docs.nats.io/running-a-nats-service/configuration)."""

    def contents(known: Mapping[str, str]) -> str:
        settings = {
            "server_name": scope.name,
            "port": PORT,
            "http": f"127.0.0.1:{MONITOR}",
            "jetstream": {"store_dir": DATA},
        }
        users = nats.authorization(bus, admin=known["admin"], app=known["app"])["users"]
        return json.dumps(settings)[:-1] + ', "authorization": {"users": ' + listed(users, "user") + "}}\n"

    return pulumi.Output.secret(pulumi.Output.all(admin=admin, app=app).apply(contents))


def _server(scope: Scope, data: docker.Volume, configuration: pulumi.Output[str]) -> Container:
    image = images.pull(scope, images.NATS)
    owned = give(scope, "owner", pulumi.Output.concat(data.name, ":", DATA), image=image, user=USER)
    run = Run(
        image=image,
        entrypoint=["sh", f"{FILES}/composed.sh", f"{FILES}/nats.template", f"{CONF}/nats.conf"],
        command=["nats-server", "--config", f"{CONF}/nats.conf"],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment={"GOMEMLIMIT": f"{int(MEMORY_GB * 1024 * 0.85)}MiB"},
        health=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{MONITOR}/healthz?js-enabled-only=true"],
        networks=data_networks(scope),
        files={"nats.template": configuration, **scripts()},
        volumes={DATA: data.name},
    )
    return container(scope, "server", run, publish=PORT, depends_on=[owned])


def _settle(scope: Scope, bus: Mapping[str, Any], admin: pulumi.Output[str], server: Container) -> pulumi.Resource:
    """In the server's own network namespace, so that it is reached there whatever its networks are."""
    image = images.pull(scope, images.NATS_BOX, "streams-image")
    run = pulumi.Output.format(
        "docker run --rm --interactive --network container:{0} --read-only --cap-drop ALL --user 1000:1000 "
        "--security-opt no-new-privileges:true --memory 128m --pids-limit 64 --env HOME=/tmp --tmpfs /tmp "
        "--env XDG_CONFIG_HOME=/tmp --entrypoint sh {1} -c {2}",
        server.id,
        image,
        shlex.quote(script("event_bus.sh")),
    )
    told: pulumi.Output[str] = pulumi.Output.secret(admin.apply(lambda known: wanted(bus, known)))
    return ssh.run(scope, "streams", run, stdin=told, depends_on=[server.ready])


def wanted(bus: Mapping[str, Any], admin: str) -> str:
    """What `scripts/event_bus.sh` reads."""
    consumers = [
        {"stream_name": stream, "config": config} for (stream, _), config in sorted(nats.consumers(bus).items())
    ]
    told = {"url": f"nats://127.0.0.1:{PORT}", "user": nats.ADMIN, "password": admin}
    return json.dumps({**told, "streams": list(nats.streams(bus).values()), "consumers": consumers})

"""EventBus on a VPS: a NATS container with JetStream (`providers/common/nats.py` says how it is addressed).

Streams and consumers are not in NATS's configuration: a script brings them to what is declared, in a container of
`natsio/nats-box` that lives as long as the script. It deletes nothing that holds events, and refuses bounds that would.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_docker as docker

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.features import Feature
from infra_kit.providers.common import nats
from infra_kit.providers.common.passwords import password
from infra_kit.providers.common.urls import url
from infra_kit.providers.vps import copies, images, room, ssh
from infra_kit.providers.vps.addresses import address, data_networks
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.volumes import give

SUPPORTS = frozenset(
    {
        features.DEAD_LETTER,
        features.STREAM_SIZE,
        features.LONG_BACKLOG,
        features.LONG_RETENTION,
        features.engine("nats"),
    }
)

HINTS = {
    features.STREAM_REPLICAS: "one host has one server, so one copy of a stream; set replicas=1 here",
    features.engine("native"): 'a host has no bus of a cloud; set engine="nats", which runs on every target',
}

CAVEATS = ("its events have no copy away from the host",)

PORT, MONITOR = 4222, 8222
USER = "1000:1000"
"""The image has no user of its own (https://github.com/nats-io/nats-docker); the script makes the volume this one's."""
MEMORY_GB, CPU = 0.5, 1.0
"""NATS keeps events on the disk: overrides={"server": {"memory": <MiB>, "cpus": "2"}} where consumers are many."""
DATA = "/data"


def gaps(spec: EventBusSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    bus = spec.model_dump(mode="json", include={"streams", "consumers"})
    admin, app = password(scope, "admin-password").result, password(scope).result
    copies.warn(scope, *CAVEATS)
    room.take(scope, "data", "disk_gb", sum(stream.max_size_gb or 0 for stream in spec.streams.values()))
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
    )


def _configuration(
    scope: Scope, bus: Mapping[str, Any], admin: pulumi.Output[str], app: pulumi.Output[str]
) -> pulumi.Output[str]:
    """nats.conf, which may be JSON (https://docs.nats.io/running-a-nats-service/configuration)."""

    def contents(known: Mapping[str, str]) -> str:
        settings = {
            "server_name": scope.name,
            "port": PORT,
            "http": f"127.0.0.1:{MONITOR}",
            "jetstream": {"store_dir": DATA},
            "authorization": nats.authorization(bus, admin=known["admin"], app=known["app"]),
        }
        return json.dumps(settings, indent=1)

    return pulumi.Output.secret(pulumi.Output.all(admin=admin, app=app).apply(contents))


def _server(scope: Scope, data: docker.Volume, configuration: pulumi.Output[str]) -> Container:
    image = images.pull(scope, images.NATS)
    owned = give(scope, "owner", pulumi.Output.concat(data.name, ":", DATA), image=image, user=USER)
    run = Run(
        image=image,
        command=["--config", f"{FILES}/nats.conf"],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment={"GOMEMLIMIT": f"{int(MEMORY_GB * 1024 * 0.85)}MiB"},
        health=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{MONITOR}/healthz?js-enabled-only=true"],
        networks=data_networks(scope),
        files={"nats.conf": configuration},
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

"""EventBus on this machine: a NATS server with JetStream (`providers/common/nats.py`)."""

from __future__ import annotations

import dataclasses

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.links import Grant, Link
from infra_kit.providers.common import nats, urls
from infra_kit.providers.local.resource import EventBusServer, EventBusUser, server, user

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
    features.STREAM_REPLICAS: "one machine has one server, so one copy of a stream; set replicas=1 here",
    features.engine("native"): 'a laptop has no bus of a cloud; set engine="nats", which runs here, on aws and on gcp',
}


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    bus = server(
        scope,
        "server",
        EventBusServer,
        streams={name: stream.model_dump(mode="json") for name, stream in spec.streams.items()},
        consumers={name: consumer.model_dump(mode="json") for name, consumer in spec.consumers.items()},
    )
    return EventBusEndpoint(
        url=bus.private["url"],
        host=bus.public["host"],
        port=bus.public["port"].apply(int),
        username=bus.public["username"],
        password=bus.private["password"],
        streams=pulumi.Output.from_input({name: name for name in spec.streams}),
        consumers=bus.public["consumers"],
        dead_letters=bus.public["dead_letters"],
        inbox_prefix=pulumi.Output.from_input(nats.INBOX),
    )


def link(scope: Scope, link: Link) -> Grant:
    there: EventBusEndpoint = link.to.endpoint
    made = user(scope, link, EventBusUser, nats.link_rights(link), port=there.port)
    username, password = made.public["username"], made.private["password"]
    mine = dataclasses.replace(
        there,
        username=username,
        password=password,
        url=urls.as_user(there.url, username=username, password=password),
        inbox_prefix=username.apply(nats.inbox),
    )
    return mine.grant(link, depends_on=[made])

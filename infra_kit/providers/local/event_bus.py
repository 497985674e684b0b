"""EventBus on this machine: a NATS server with JetStream.

A consumer's address is `STREAM/consumer`: a pull consumer that is there already, so a client binds to it
(`jetstream.pull_subscribe_bind(consumer, stream)` in nats-py) and never makes its own.

An event waits for its consumer as long as its stream keeps it, so at least for any `backlog`.

Delivery is at least once, as NATS says it: an acknowledgement of the moment before a crash may be lost, never an event.

Dead letters are addressed the same way. JetStream has no dead-letter queue: what it has is an advisory for each event
that was given up (`max_deliveries` reached, or ended by the reader with `term()`), and these are kept in a stream of
their own, `_dead_<consumer>`, as long as the events themselves. Its JSON names `stream` and `stream_seq`; the event is
still in its stream, and `jetstream.get_msg(stream, stream_seq)` reads it. NATS writes the advisory when the consumer
is next asked for events, not when the last wait ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.features import Feature
from infra_kit.providers.local.resource import EventBusServer, server

SUPPORTS = frozenset(
    {features.DEAD_LETTER, features.STREAM_SIZE, features.LONG_BACKLOG, features.engine("nats")},
)

HINTS = {
    features.STREAM_REPLICAS: "one machine has one server, so one copy of a stream; set replicas=1 here",
    features.engine("native"): 'a laptop has no bus of a cloud; set engine="nats", which runs on every target',
}


def gaps(spec: EventBusSpec) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS, HINTS)


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
        consumers=bus.public["consumers"],
        dead_letters=bus.public["dead_letters"],
    )

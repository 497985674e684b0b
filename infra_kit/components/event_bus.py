"""EventBus: streams of events that are kept, and durable consumers that are served until they acknowledge."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal, Protocol, TypedDict, Unpack

import pulumi
from pydantic import Field, model_validator

from infra_kit import features, links
from infra_kit.component import Component, Driver, Overrides, Scope
from infra_kit.components.network import Network
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.spec import Options, Spec
from infra_kit.streams import QUEUE_KEEPS, TOPIC_KEEPS, Consumer, Name, Stream
from infra_kit.subjects import meet, overlap
from infra_kit.target import Target

Engine = Literal["nats", "native"]


def subject(event_type: str) -> str:
    """The subject of a CloudEvents type, in lower case: `Lead.Created` is published on `lead.created`."""
    return event_type.lower()


_OF_CONSUMERS: Mapping[Feature, Callable[[Consumer], Consumer]] = {
    features.DEAD_LETTER: lambda consumer: consumer.model_copy(update={"dead_letter": False}),
    features.ANY_ACK_WAIT: lambda consumer: consumer.model_copy(update={"ack_wait": consumer.nearest_ack_wait}),
    features.ANY_DELIVERIES: lambda it: it.model_copy(update={"max_deliveries": it.nearest_deliveries}),
}
"""A consumer without a feature."""


class EventBusSpec(Spec):
    """What an event bus is asked for."""

    engine: Engine = "nats"
    """`nats` speaks NATS JetStream (local, vps, aws); `native` is the cloud's own bus (aws, gcp)."""
    streams: Mapping[Name, Stream] = Field(min_length=1)
    """Streams by name, e.g. `{"LEAD_EVENTS": Stream(subjects=["lead.*"])}`."""
    consumers: Mapping[Name, Consumer] = Field(default_factory=dict)
    """Durable consumers by name."""

    @model_validator(mode="after")
    def _check(self) -> EventBusSpec:
        taken = [(name, subject) for name, stream in self.streams.items() for subject in stream.subjects]
        for (name, one), (other_name, other) in combinations(taken, 2):
            if overlap(one, other):
                raise ValueError(
                    f"streams.{name}: its subject {one!r} overlaps {other!r} of {other_name}; an event belongs to one "
                    "subject of one stream: narrow or drop one of the two"
                )
        for name, consumer in self.consumers.items():
            self._check_consumer(name, consumer)
        return self

    def _check_consumer(self, name: str, consumer: Consumer) -> None:
        stream = self.streams.get(consumer.stream)
        if stream is None:
            raise ValueError(
                f"consumers.{name}: there is no stream {consumer.stream!r}; streams: {', '.join(self.streams)}"
            )
        if consumer.filter and not any(overlap(consumer.filter, subject) for subject in stream.subjects):
            raise ValueError(
                f"consumers.{name}: its filter {consumer.filter!r} fits no subject of the stream {consumer.stream}, "
                f"which has {', '.join(stream.subjects)}: it would never get an event"
            )
        if self.backlog(name) > seconds(stream.retention):
            raise ValueError(
                f"consumers.{name}: its backlog of {consumer.backlog} is longer than the {stream.retention} that the "
                f"stream {consumer.stream} keeps an event: lower the one or raise the other"
            )

    def backlog(self, consumer: str) -> int:
        """How long an event waits for a consumer, in seconds."""
        asked = self.consumers[consumer]
        return seconds(asked.backlog or self.streams[asked.stream].retention)

    def features(self) -> frozenset[Feature]:
        asked = {
            features.DEAD_LETTER: any(consumer.dead_letter for consumer in self.consumers.values()),
            features.STREAM_REPLICAS: any(stream.replicas > 1 for stream in self.streams.values()),
            features.STREAM_SIZE: any(stream.max_size_gb for stream in self.streams.values()),
            features.LONG_BACKLOG: any(map(self._waits_long, self.consumers)),
            features.LONG_RETENTION: any(stream.is_kept_long for stream in self.streams.values()),
            features.ANY_ACK_WAIT: any(it.ack_wait != it.nearest_ack_wait for it in self.consumers.values()),
            features.ANY_DELIVERIES: any(it.max_deliveries != it.nearest_deliveries for it in self.consumers.values()),
        }
        return frozenset({feature for feature, wanted in asked.items() if wanted} | {features.engine(self.engine)})

    def _waits_long(self, consumer: str) -> bool:
        return self.backlog(consumer) > seconds(QUEUE_KEEPS)

    def _kept_shorter(self) -> EventBusSpec:
        """No event is kept for longer than every bus does, so none waits longer for a consumer either."""
        long = {name: stream for name, stream in self.streams.items() if stream.is_kept_long}
        waiting = {
            name: consumer
            for name, consumer in self.consumers.items()
            if consumer.backlog and seconds(consumer.backlog) > seconds(TOPIC_KEEPS)
        }
        return self.replace(
            streams={**self.streams, **_each(long, retention=TOPIC_KEEPS)},
            consumers={**self.consumers, **_each(waiting, backlog=TOPIC_KEEPS)},
        )

    def without(self, feature: Feature) -> EventBusSpec:
        if change := _OF_CONSUMERS.get(feature):
            return self.replace(consumers={name: change(consumer) for name, consumer in self.consumers.items()})
        match feature:
            case features.STREAM_REPLICAS:
                return self.replace(streams=_each(self.streams, replicas=1))
            case features.STREAM_SIZE:
                return self.replace(streams=_each(self.streams, max_size_gb=None))
            case features.LONG_BACKLOG:
                long = {name: self.consumers[name] for name in filter(self._waits_long, self.consumers)}
                return self.replace(consumers={**self.consumers, **_each(long, backlog=QUEUE_KEEPS)})
            case features.LONG_RETENTION:
                return self._kept_shorter()
            case _ if feature.family == "engine":
                return self.replace(engine="native" if feature.value == "nats" else "nats")
            case _:
                return super().without(feature)


def _each(options: Mapping[str, Options], **changes: object) -> dict[str, Options]:
    return {name: option.model_copy(update=changes) for name, option in options.items()}


class EventBusArgs(TypedDict, total=False):
    """The arguments of `EventBus`: see `EventBusSpec`."""

    engine: Engine
    streams: Mapping[str, Stream]
    consumers: Mapping[str, Consumer]


@dataclasses.dataclass(frozen=True, kw_only=True)
class EventBusEndpoint:
    """How to reach the bus."""

    url: pulumi.Output[str]
    """`nats://user:password@host:port`, `tls://…` where the server wants TLS; of a cloud's own bus, `https://` and the
    address of its API. Secret."""
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    """May publish on the streams' subjects and take from the consumers; may not change either. On a cloud's own bus an
    identity of that cloud with the same rights: an access key's id (aws), a service account's address (gcp)."""
    password: pulumi.Output[str]
    """Its password or key. Secret."""
    streams: pulumi.Output[dict[str, str]]
    """Where each stream's events are published, by its name: on NATS the stream (publish on its subjects), on aws the
    bus's ARN, on gcp the topic's full name."""
    consumers: pulumi.Output[dict[str, str]]
    """Each consumer's address by its name: `STREAM/consumer` on NATS, a queue's URL on a cloud's own bus."""
    dead_letters: pulumi.Output[dict[str, str]]
    """Where each consumer's given-up events are kept."""
    inbox_prefix: pulumi.Output[str]
    """What subjects of answers begin with: `nats.connect(url, inbox_prefix=…)`. Empty on a cloud's own bus."""
    ca_certificate: pulumi.Output[str | None] = dataclasses.field(
        default_factory=lambda: pulumi.Output.from_input(None)
    )
    """The PEM certificate that signed the server's; None without TLS, or where a public authority did."""
    native: object = None
    """The target's own handles, read by drivers of the same target only."""

    def grant(self, link: Link, **more: Any) -> Grant:
        """As the variables of a link: see `EventBus.link`, and `links.grant` for the rest."""
        streams, consumers = publishes_to(link), link.only.get("consume", ())
        mine = dataclasses.replace(
            self, streams=_those(self.streams, streams), consumers=_those(self.consumers, consumers)
        )
        plain = ("host", "port", "username", "streams", "consumers", "inbox_prefix", "ca_certificate")
        return links.grant(mine, plain=plain, secret=("password", "url"), **more)


def publishes_to(link: Link) -> list[str]:
    """The streams that a link publishes to."""
    streams, subjects = link.to.spec.streams, link.only.get("publish", ())
    return [
        name for name, stream in streams.items() if any(overlap(one, of) for one in subjects for of in stream.subjects)
    ]


def _those(addresses: pulumi.Output[dict[str, str]], names: Collection[str]) -> pulumi.Output[dict[str, str]]:
    return addresses.apply(lambda known: {name: address for name, address in known.items() if name in names})


class EventBusDriver(Driver, Protocol):
    def create(self, scope: Scope, spec: EventBusSpec) -> EventBusEndpoint: ...

    def link(self, scope: Scope, link: Link) -> Grant: ...


class EventBus(Component[EventBusSpec, EventBusEndpoint]):
    """An event bus with its streams and consumers."""

    KIND = "event_bus"
    SPEC = EventBusSpec
    url: pulumi.Output[str]
    host: pulumi.Output[str]
    port: pulumi.Output[int]
    username: pulumi.Output[str]
    password: pulumi.Output[str]
    streams: pulumi.Output[dict[str, str]]
    consumers: pulumi.Output[dict[str, str]]
    dead_letters: pulumi.Output[dict[str, str]]
    inbox_prefix: pulumi.Output[str]
    ca_certificate: pulumi.Output[str | None]

    def __init__(
        self,
        name: str,
        *,
        target: Target | None = None,
        network: Network | None = None,
        overrides: Overrides | None = None,
        opts: pulumi.ResourceOptions | None = None,
        **arguments: Unpack[EventBusArgs],
    ) -> None:
        super().__init__(name, arguments, target=target, network=network, overrides=overrides, opts=opts)

    def link(self, *, publish: Sequence[str] = (), consume: Sequence[str] = (), name: str | None = None) -> Link:
        """To publish on it and to take from it, by an identity of the user's own.

        Gives `<NAME>_URL`, `_HOST`, `_PORT`, `_USERNAME`, `_PASSWORD`, `_INBOX_PREFIX`, `_CA_CERTIFICATE`, and as JSON
        `_STREAMS` and `_CONSUMERS`: the addresses of those that it may publish to, and take from.

        Args:
            publish: subjects, e.g. `["lead.created"]` or `["lead.*"]`. Each is within a subject of a stream.
            consume: consumers' names.
            name: what the variables begin with. Default: the component's name in capitals.
        """
        where = f"EventBus {self.name!r}: link"
        there = [subject for stream in self.spec.streams.values() for subject in stream.subjects]
        for subject in publish:
            if not any(meet(subject, of_stream) == subject for of_stream in there):
                raise SpecError(
                    f"{where}: publish: given {subject!r}, within none of the streams' subjects: {', '.join(there)}."
                )
        for consumer in consume:
            if consumer not in self.spec.consumers:
                raise SpecError(
                    f"{where}: consume: given {consumer!r}; consumers: {', '.join(self.spec.consumers) or 'none'}."
                )
        access = [use for use, given in (("consume", consume), ("publish", publish)) if given]
        return links.make(
            self, access, ("publish", "consume"), name=name, only={"publish": publish, "consume": consume}
        )

"""EventBus on Google Cloud with engine="native": Pub/Sub, a topic a stream and a pull subscription a consumer.

A producer publishes to a stream's topic (`streams`) and puts the event's subject into the attribute `subject`; an event
on no subject of the stream is refused (`event_bus_subjects`). A consumer pulls from its subscription, whose full name
is its address: `projects/<project>/subscriptions/<id>`. The same message comes at least once, and in any order.

- `retention`: the topic keeps events that long, for 31 days at most (longer is a gap), and a subscription can be set
  back to any moment of it (`Seek`). Every event is in several zones: any number of `replicas` is there
  (https://cloud.google.com/pubsub/architecture).
- Pub/Sub counts deliveries only to forward what is given up, so each consumer has a topic for that. With `dead_letter`
  a subscription keeps what comes there; without, nobody does, and it is gone. The count is Pub/Sub's best effort.
- The endpoint's user is a service account; its password is the account's key, the JSON file in base64, as Google's
  libraries take it. It may publish to the topics and take from the subscriptions, one by one, and nothing else.
- A link's user is a service account of its own, with a key of its own: it publishes to the topics of the streams that
  its subjects are in, and takes from its subscriptions. Which subjects of a stream it publishes on is not held: a right
  is for a topic.
- Messages stay in the region, in production under a key of the bus's own.

Limits: https://cloud.google.com/pubsub/quotas#resource_limits; names:
https://cloud.google.com/pubsub/docs/create-topic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
from pulumi_gcp import pubsub, serviceaccount

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec, publishes_to
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.common.waiting import after
from infra_kit.providers.gcp import event_bus_subjects as subjects
from infra_kit.providers.gcp.apis import NAMES, api
from infra_kit.providers.gcp.identity import service_account
from infra_kit.providers.gcp.keys import key_id, service_agent
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.place import region
from infra_kit.streams import Stream

SUPPORTS = frozenset({features.DEAD_LETTER, features.STREAM_REPLICAS, features.LONG_BACKLOG, features.engine("native")})

HINTS: Mapping[Feature, str] = {
    features.LONG_RETENTION: "Pub/Sub keeps an event for 31 days; set retention='31d', and let a consumer write what "
    "is to be kept longer to an ObjectStore, which has retention_lock too",
    features.ANY_ACK_WAIT: "Pub/Sub waits 10 seconds to 10 minutes; set ack_wait within that, and let a consumer that "
    "needs longer say so event by event (ModifyAckDeadline; Google's libraries do it by themselves)",
    features.ANY_DELIVERIES: "Pub/Sub gives up after 5 to 100 deliveries; set max_deliveries within that",
    features.STREAM_SIZE: "a topic is bounded by its retention alone; leave max_size_gb out",
}

HOST = NAMES["pubsub"]
PUBLISHER, SUBSCRIBER = "roles/pubsub.publisher", "roles/pubsub.subscriber"
MIN_KEPT = 600
"""Seconds, of a topic's and of a subscription's retention."""
RETRY = {"minimum_backoff": "10s", "maximum_backoff": "600s"}
"""Between two deliveries of one event, more each time: what cannot be worked off now does not block the rest
(https://cloud.google.com/pubsub/docs/handling-failures#exponential_backoff)."""


@dataclass(frozen=True)
class _Bus:
    """What every part of it is made with."""

    scope: Scope
    topic: Mapping[str, Any]
    """Of every topic."""
    agent: pulumi.Output[str]
    """Who forwards what is given up: Pub/Sub itself."""
    user: pulumi.Output[str]
    grants: list[pulumi.Resource] = field(default_factory=list)
    """What the user and Pub/Sub may do, so far."""


@dataclass(frozen=True, kw_only=True)
class GcpBus:
    """A bus's handles, for links."""

    topics: Mapping[str, pubsub.Topic]
    """By stream."""
    subscriptions: Mapping[str, pubsub.Subscription]
    """By consumer."""
    dead_letters: Mapping[str, pubsub.Subscription]
    """By consumer that keeps them."""


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    _check(scope.name, spec)
    account = service_account(scope, "account", f"Publishes to {scope.name} and takes from it")
    bus = _Bus(scope, _topic_settings(scope), service_agent(scope, "agent", "pubsub"), account.member)
    topics = {name: _stream(bus, name, stream) for name, stream in spec.streams.items()}
    dead = {name: _dead_letters(bus, spec, name) for name in spec.consumers}
    consumers = {name: _consumer(bus, spec, name, topics, dead[name][0]) for name in spec.consumers}
    given_up = {name: kept for name, (_, kept) in dead.items() if kept}
    username, password = _credential(scope, "account-key", account, bus.grants)
    return EventBusEndpoint(
        url=pulumi.Output.secret(f"https://{HOST}"),
        host=pulumi.Output.from_input(HOST),
        port=pulumi.Output.from_input(443),
        username=username,
        password=password,
        streams=_addresses(topics),
        consumers=_addresses(consumers),
        dead_letters=_addresses(given_up),
        inbox_prefix=pulumi.Output.from_input(""),
        native=GcpBus(topics=topics, subscriptions=consumers, dead_letters=given_up),
    )


def link(scope: Scope, link: Link) -> Grant:
    bus = scope.native(link.to, GcpBus)
    account = service_account(scope, f"link-{link.key}-account", f"Uses {link.to.name}")
    rights: list[pulumi.Resource] = [
        *(
            _may(scope, f"link-{link.key}-publisher-{name}", bus.topics[name], account.member)
            for name in publishes_to(link)
        ),
        *(
            _may(scope, f"link-{link.key}-subscriber-{name}", bus.subscriptions[name], account.member)
            for name in link.only.get("consume", ())
        ),
    ]
    username, password = _credential(scope, f"link-{link.key}-account-key", account, rights)
    there: EventBusEndpoint = link.to.endpoint
    mine = replace(there, username=username, password=password)
    return mine.grant(link, depends_on=rights)


def _credential(
    scope: Scope, role: str, account: serviceaccount.Account, rights: Sequence[pulumi.Resource]
) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """The name and the key of an account, which holds these rights."""
    key = scope.resource(role, serviceaccount.Key, service_account_id=account.name)
    return account.email, pulumi.Output.secret(after(key.private_key, *rights))


def _addresses(made: Mapping[str, pubsub.Topic | pubsub.Subscription]) -> pulumi.Output[dict[str, str]]:
    ids = pulumi.Output.all(**{name: it.id for name, it in made.items()})
    return ids.apply(dict)  # of nothing, `all` makes a list


def _check(bus: str, spec: EventBusSpec) -> None:
    """Refuses what Pub/Sub would."""
    if bus.startswith("goog"):
        raise SpecError(
            f"EventBus {bus!r}: no topic may begin with 'goog', and topics are "
            "named after their bus. Choose another name."
        )
    for name, stream in spec.streams.items():
        _check_stream(f"EventBus {bus!r}: streams.{name}", stream)


def _check_stream(where: str, stream: Stream) -> None:
    """No gap: nothing near is left, for an event that is to be gone is not to be kept for longer."""
    if seconds(stream.retention) < MIN_KEPT:
        raise SpecError(f"{where}: retention: given {stream.retention}, Pub/Sub keeps an event for '10m' at least.")


def _topic_settings(scope: Scope) -> dict[str, Any]:
    return {
        "labels": labels(scope),
        "kms_key_name": key_id(scope, service="pubsub"),
        "message_storage_policy": {"allowed_persistence_regions": [region(scope)]},
    }


def _topic(bus: _Bus, role: str, **more: Any) -> pubsub.Topic:
    needed = [api(bus.scope, "pubsub")]
    return bus.scope.resource(
        role, pubsub.Topic, stateful=True, retain_on_delete=True, depends_on=needed, **bus.topic, **more
    )


def _stream(bus: _Bus, name: str, stream: Stream) -> pubsub.Topic:
    topic = _topic(
        bus,
        f"stream-{name}",
        message_retention_duration=f"{seconds(stream.retention)}s",
        message_transforms=subjects.of_stream(stream.subjects),
    )
    _let(bus, f"publisher-{name}", topic, bus.user)
    return topic


def _dead_letters(bus: _Bus, spec: EventBusSpec, name: str) -> tuple[pubsub.Topic, pubsub.Subscription | None]:
    """Where a consumer's given-up events go, and what keeps them: as long as their stream does, from then on."""
    topic = _topic(bus, f"dead-letter-topic-{name}")
    _let(bus, f"dead-letter-publisher-{name}", topic, bus.agent)
    if not spec.consumers[name].dead_letter:
        return topic, None
    retention = seconds(spec.streams[spec.consumers[name].stream].retention)
    kept = _subscription(bus, f"dead-letters-{name}", topic, retention)
    _let(bus, f"dead-letter-subscriber-{name}", kept, bus.user)
    return topic, kept


def _consumer(
    bus: _Bus, spec: EventBusSpec, name: str, topics: Mapping[str, pubsub.Topic], given_up: pubsub.Topic
) -> pubsub.Subscription:
    consumer = spec.consumers[name]
    subscription = _subscription(
        bus,
        f"consumer-{name}",
        topics[consumer.stream],
        spec.backlog(name),
        ack_deadline_seconds=seconds(consumer.ack_wait),
        dead_letter_policy={"dead_letter_topic": given_up.id, "max_delivery_attempts": consumer.max_deliveries},
        message_transforms=subjects.of_consumer(spec, name),
        retry_policy=RETRY,
    )
    _let(bus, f"subscriber-{name}", subscription, bus.user)
    _let(bus, f"dead-letter-forwarder-{name}", subscription, bus.agent)
    return subscription


def _subscription(bus: _Bus, role: str, topic: pubsub.Topic, kept: int, **more: Any) -> pubsub.Subscription:
    return bus.scope.resource(
        role,
        pubsub.Subscription,
        stateful=True,
        retain_on_delete=True,
        labels=labels(bus.scope),
        topic=topic.id,
        message_retention_duration=f"{max(kept, MIN_KEPT)}s",
        # Else Pub/Sub deletes it, and what waits in it, when nobody has come for 31 days.
        expiration_policy={"ttl": ""},
        **more,
    )


def _let(bus: _Bus, role: str, it: pubsub.Topic | pubsub.Subscription, member: pulumi.Output[str]) -> None:
    bus.grants.append(_may(bus.scope, role, it, member))


def _may(
    scope: Scope, role: str, it: pubsub.Topic | pubsub.Subscription, member: pulumi.Output[str]
) -> pulumi.Resource:
    """Publish to a topic, or take from a subscription."""
    if isinstance(it, pubsub.Topic):
        return scope.resource(role, pubsub.TopicIAMMember, topic=it.name, role=PUBLISHER, member=member)
    return scope.resource(role, pubsub.SubscriptionIAMMember, subscription=it.name, role=SUBSCRIBER, member=member)

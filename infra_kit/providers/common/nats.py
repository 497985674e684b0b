"""The configuration of a NATS server with JetStream: who may do what, and its streams and consumers as its API takes
them (https://docs.nats.io/reference/reference-protocols/nats_api_reference).

A consumer's address is `STREAM/consumer`: a pull consumer that is there already, so a client binds to it
(`jetstream.pull_subscribe_bind(consumer, stream)` in nats-py) and never makes its own.

Delivery is at least once, as NATS says it: an acknowledgement of the moment before a crash may be lost, never an event.

Dead letters are addressed the same way. JetStream has no dead-letter queue: what it has is an advisory for each event
that was given up (`max_deliveries` reached, or ended by the reader with `term()`), and these are kept in a stream of
their own, `_dead_<consumer>`, as long as the events themselves. Its JSON names `stream` and `stream_seq`; the event is
still in its stream, and `jetstream.get_msg(stream, stream_seq)` reads it. NATS writes the advisory when the consumer
is next asked for events, not when the last wait ends.

Both halves of a bus, `streams` and `consumers`, are read as plain values by name: a spec's `model_dump(mode="json")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit.durations import seconds
from infra_kit.links import Link

IMAGE_TAG, IMAGE_SHA256 = "2.15.0-alpine", "ac8f88a6494bffc2c2a5289a0ca61cb28a9145c11ba5677cf24265d07f46d8d4"
"""Docker's official image (https://hub.docker.com/_/nats), which is for amd64 and arm64."""
SERVICE = "nats"
"""What the names of servers end in, beside the bus's own: no Service of that name is in their way."""
ADMIN = "admin"
"""Makes streams and consumers; only the provider knows its password."""
APP = "app"
"""The user that the endpoint names."""
DUPLICATE_WINDOW = 120
"""Seconds in which an event with a `Nats-Msg-Id` seen before is dropped: the server's own default, which may not be
longer than the retention."""
INBOX = "_INBOX"
"""What the subjects of answers begin with, if a client is not told otherwise."""
GIVEN_UP = "$JS.EVENT.ADVISORY.CONSUMER"

Props = Mapping[str, Any]
_NANOSECONDS = 10**9


def authorization(props: Props, *, admin: str, app: str) -> dict[str, Any]:
    """The two users and what each may do.

    Args:
        props: the bus.
        admin, app: their passwords.
    """
    return {
        "users": [
            {"user": ADMIN, "password": admin},
            {"user": APP, "password": app, "permissions": permissions(props)},
        ]
    }


def permissions(props: Props) -> dict[str, Any]:
    """What an application needs and no more: publish, take from its consumers, read an event, look at both.

    Making, changing, emptying and deleting streams and consumers are other subjects of the same API, so they are
    refused.
    """
    streams: dict[str, Any] = props["streams"]
    addresses = [*consumer_addresses(props).values(), *dead_letter_addresses(props).values()]
    allowed = ["$JS.API.INFO", "$JS.API.STREAM.NAMES"]
    for name, stream in streams.items():
        allowed += [*stream["subjects"], f"$JS.API.STREAM.INFO.{name}", f"$JS.API.STREAM.MSG.GET.{name}"]
    allowed += [subject for address in addresses for subject in _taking_from(address)]
    return {"publish": {"allow": allowed}, "subscribe": {"allow": [f"{INBOX}.>"]}}


def link_rights(link: Link) -> dict[str, list[str]]:
    """What a link to a bus allows: subjects to publish on, addresses of consumers to take from."""
    consumers = consumer_addresses(link.to.spec.model_dump(mode="json", include={"consumers"}))
    return {
        "publish": list(link.only.get("publish", ())),
        "consume": [consumers[name] for name in link.only.get("consume", ())],
    }


def link_user(user: str, password: str, rights: Props) -> dict[str, Any]:
    """A user that publishes on some subjects and takes from some consumers; it listens to its own inbox alone.

    Args:
        user: its name.
        password: its password.
        rights: `publish`, subjects; `consume`, consumers' addresses.
    """
    allowed = [*rights["publish"], *(subject for address in rights["consume"] for subject in _taking_from(address))]
    permissions = {"publish": {"allow": allowed}, "subscribe": {"allow": [f"{inbox(user)}.>"]}}
    return {"user": user, "password": password, "permissions": permissions}


def monitor_user(user: str, password: str, props: Props) -> dict[str, Any]:
    """A user that sees how far the consumers are, and when an event was published."""
    read = {stream for stream, _ in consumers(props)}
    allowed = [f"$JS.API.{verb}.{stream}" for stream in sorted(read) for verb in ("CONSUMER.LIST", "STREAM.MSG.GET")]
    permissions = {"publish": {"allow": allowed}, "subscribe": {"allow": [f"{inbox(user)}.>"]}}
    return {"user": user, "password": password, "permissions": permissions}


def copier_user(user: str, password: str) -> dict[str, Any]:
    """A user that takes snapshots of all streams, and changes nothing."""
    verbs = ("STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.*", "STREAM.SNAPSHOT.*")
    allowed = ["$JS.API.INFO", *(f"$JS.API.{verb}" for verb in verbs), "$JS.SNAPSHOT.ACK.>"]
    permissions = {"publish": {"allow": allowed}, "subscribe": {"allow": [f"{inbox(user)}.>"]}}
    return {"user": user, "password": password, "permissions": permissions}


def measured(props: Props) -> dict[str, Any]:
    """The streams whose consumers are looked at: of events, and of what was given up."""
    dead = {address.partition("/")[0] for address in dead_letter_addresses(props).values()}
    return {"streams": sorted({stream for stream, _ in consumers(props)} - dead), "dead": sorted(dead)}


def inbox(user: str) -> str:
    """What the subjects of a link's user's answers begin with. Shared inboxes would let each read what others get."""
    return f"{INBOX}_{user}"


def _taking_from(address: str) -> list[str]:
    """The subjects of the API that a consumer's reader publishes on."""
    durable = address.replace("/", ".")
    return [f"$JS.API.CONSUMER.INFO.{durable}", f"$JS.API.CONSUMER.MSG.NEXT.{durable}", f"$JS.ACK.{durable}.>"]


def consumer_addresses(props: Props) -> dict[str, str]:
    """`STREAM/consumer` of each consumer by its name."""
    return {name: f"{consumer['stream']}/{name}" for name, consumer in props["consumers"].items()}


def dead_letter_addresses(props: Props) -> dict[str, str]:
    """The same for the streams of what was given up."""
    keepers = [name for name, consumer in props["consumers"].items() if consumer["dead_letter"]]
    return {name: f"{dead_stream(name)}/{name}" for name in keepers}


def dead_stream(consumer: str) -> str:
    """A declared stream's name begins with a letter, so this one is never taken."""
    return f"_dead_{consumer}"


def streams(props: Props) -> dict[str, dict[str, Any]]:
    """The declared streams, and one for the dead letters of each consumer that keeps them, as long as the events."""
    configs = {name: _stream(name, stream["subjects"], stream) for name, stream in props["streams"].items()}
    for consumer, address in dead_letter_addresses(props).items():
        source = props["consumers"][consumer]["stream"]
        name = address.partition("/")[0]
        subjects = [f"{GIVEN_UP}.{why}.{source}.{consumer}" for why in ("MAX_DELIVERIES", "MSG_TERMINATED")]
        kept = {key: value for key, value in props["streams"][source].items() if key in ("retention", "replicas")}
        configs[name] = _stream(name, subjects, kept)
    return configs


def _stream(name: str, subjects: list[str], options: Mapping[str, Any]) -> dict[str, Any]:
    retention = seconds(options["retention"])
    size = options.get("max_size_gb")
    return {
        "name": name,
        "subjects": list(subjects),
        "retention": "limits",
        "storage": "file",
        "max_age": retention * _NANOSECONDS,
        "max_bytes": int(size * 2**30) if size else -1,
        "duplicate_window": min(DUPLICATE_WINDOW, retention) * _NANOSECONDS,
        "num_replicas": int(options.get("replicas", 1)),
    }


def consumers(props: Props) -> dict[tuple[str, str], dict[str, Any]]:
    """Durable pull consumers by stream and name. A new one begins with the oldest event that is kept."""
    configs = {}
    for name, consumer in props["consumers"].items():
        chosen = {"filter_subject": consumer["filter"]} if consumer.get("filter") else {}
        configs[consumer["stream"], name] = {
            **_consumer(name),
            "ack_wait": seconds(consumer["ack_wait"]) * _NANOSECONDS,
            "max_deliver": int(consumer["max_deliveries"]),
            **chosen,
        }
    for name, address in dead_letter_addresses(props).items():
        configs[address.partition("/")[0], name] = _consumer(name)
    return configs


def _consumer(name: str) -> dict[str, Any]:
    return {"name": name, "durable_name": name, "deliver_policy": "all", "ack_policy": "explicit"}

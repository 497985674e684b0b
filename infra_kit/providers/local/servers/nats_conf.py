"""The configuration of a NATS server: where it listens, and who may do what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK

ADMIN = "admin"
"""Makes streams and consumers; only the provider knows its password."""
APP = "app"
"""The user that the endpoint names."""


def write(box: Box, record: Record, props: Props) -> Path:
    """Writes nats.conf, which may be JSON (https://docs.nats.io/running-a-nats-service/configuration)."""
    client, monitor = record.ports
    settings = {
        "server_name": box.name,
        "host": LOOPBACK,
        "port": client,
        "http": f"{LOOPBACK}:{monitor}",
        "jetstream": {"store_dir": str(box.data)},
        "authorization": {
            "users": [
                {"user": ADMIN, "password": record.secrets["admin"]},
                {"user": APP, "password": record.secrets["password"], "permissions": permissions(props)},
            ]
        },
    }
    return box.write("nats.conf", json.dumps(settings, indent=1))


def permissions(props: Props) -> dict[str, Any]:
    """What an application needs and no more: publish, take from its consumers, read an event, look at both.

    Making, changing, emptying and deleting streams and consumers are other subjects of the same API
    (https://docs.nats.io/reference/reference-protocols/nats_api_reference), so they are refused.
    """
    streams: dict[str, Any] = props["streams"]
    addresses = [*consumer_addresses(props).values(), *dead_letter_addresses(props).values()]
    allowed = ["$JS.API.INFO", "$JS.API.STREAM.NAMES"]
    for name, stream in streams.items():
        allowed += [*stream["subjects"], f"$JS.API.STREAM.INFO.{name}", f"$JS.API.STREAM.MSG.GET.{name}"]
    for address in addresses:
        durable = address.replace("/", ".")
        allowed += [f"$JS.API.CONSUMER.INFO.{durable}", f"$JS.API.CONSUMER.MSG.NEXT.{durable}", f"$JS.ACK.{durable}.>"]
    return {"publish": {"allow": allowed}, "subscribe": {"allow": ["_INBOX.>"]}}


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

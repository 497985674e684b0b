"""A real NATS server, driven by its handler, and what an application does with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import nats
import psutil
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StreamInfo

from infra_kit._dynamic import Props
from infra_kit.components.event_bus import subject
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import nats_streams
from infra_kit.providers.local.servers.event_bus import HANDLER

T = TypeVar("T")
LEADS = {"subjects": ["lead.*"], "retention": "7d"}
CRM = {"stream": "LEAD_EVENTS", "ack_wait": "1s", "max_deliveries": 2.0, "dead_letter": True}
ZUCLUBIT = {
    "LEAD_EVENTS": LEADS,
    "PROPOSAL_EVENTS": {"subjects": ["proposal.*"], "retention": "30d"},
    "CFDI_EVENTS": {"subjects": ["cfdi.*"], "retention": "5y"},
    "WHATSAPP_EVENTS": {"subjects": ["whatsapp.*"], "retention": "90d"},
    "AI_EVENTS": {"subjects": ["ai.*"], "retention": "7d"},
}
DAY = 86_400
EVENT = {
    "specversion": "1.0",
    "id": "a1",
    "source": "/crm",
    "type": "Lead.Created",
    "datacontenttype": "application/json",
    "data": {"name": "Ada"},
}


def bus(home: Path) -> Props:
    return {
        "kind": "local/event_bus",
        "home": str(home),
        "stack": "test",
        "name": "bus",
        "retain": False,
        "streams": {"LEAD_EVENTS": LEADS},
        "consumers": {"crm": CRM},
    }


def ensure(props: Props) -> Props:
    return HANDLER.ensure(props)[1]


def pid(props: Props) -> int:
    number = box_of(props).process.pid
    assert number
    return number


def kill(props: Props) -> None:
    process = psutil.Process(pid(props))
    process.kill()
    process.wait()


@asynccontextmanager
async def application(
    url: str, errors: list[Exception] | None = None, seconds: float = 30
) -> AsyncIterator[JetStreamContext]:
    async def note(error: Exception) -> None:
        if errors is not None:
            errors.append(error)

    connection = await nats.connect(url, allow_reconnect=False, error_cb=note, connect_timeout=30)
    try:
        yield connection.jetstream(timeout=seconds)
    finally:
        if connection.is_connected:
            await connection.flush(30)  # what it refused it says before it answers
        await connection.close()


def use(
    outs: Props,
    what: Callable[[JetStreamContext], Awaitable[T]],
    errors: list[Exception] | None = None,
    seconds: float = 30,
) -> T:
    """What an application does with the endpoint's url."""

    async def run() -> T:
        async with application(outs["private"]["url"], errors, seconds) as jetstream:
            return await what(jetstream)

    return asyncio.run(run())


def publish(outs: Props, event: dict[str, Any] = EVENT, seconds: float = 30) -> int:
    body = json.dumps(event).encode()
    return use(outs, lambda jetstream: jetstream.publish(subject(event["type"]), body), seconds=seconds).seq


def take(outs: Props, address: str, ended: Callable[[Msg], Awaitable[None]], seconds: float = 30) -> Msg:
    """One event of a consumer, which is then ended as told."""

    async def run(jetstream: JetStreamContext) -> Msg:
        stream, consumer = address.split("/")
        subscription = await jetstream.pull_subscribe_bind(consumer, stream)
        (message,) = await subscription.fetch(1, timeout=seconds)
        await ended(message)
        return message

    return use(outs, run)


async def acknowledge(message: Msg) -> None:
    await message.ack_sync(timeout=30)


async def leave(message: Msg) -> None:
    """As if the reader had died over it."""


async def give_up(message: Msg) -> None:
    await message.term()
    await message._client.flush(30)


def inside(props: Props, what: Callable[[JetStreamContext], Awaitable[T]]) -> T:
    async def run() -> T:
        async with nats_streams.session(box_of(props).record) as jetstream:
            return await what(jetstream)

    return asyncio.run(run())


def streams(props: Props) -> dict[str, StreamInfo]:
    return {str(info.config.name): info for info in inside(props, lambda jetstream: jetstream.streams_info())}

"""Inside a NATS server: its streams and durable consumers.

Nothing that holds events is deleted. A stream that is no longer declared takes no new events and keeps what it has
until its retention ends; the first `up` that finds it empty removes it. Declared again, it goes on where it was.
A consumer holds no events, only how far it got, and is deleted when it is no longer declared.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, StreamConfig, StreamInfo
from nats.js.errors import APIError

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import nats as common
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK


@asynccontextmanager
async def session(record: Record) -> AsyncIterator[JetStreamContext]:
    """JetStream as the administrator, whom only the provider is."""
    connection = await connect(record, common.ADMIN, record.secrets["admin"])
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


async def connect(record: Record, user: str, password: str) -> Client:
    """One attempt, since the caller waits."""
    return await nats.connect(
        f"nats://{LOOPBACK}:{record.ports[0]}",
        user=user,
        password=password,
        allow_reconnect=False,
        connect_timeout=2,
        error_cb=_say_nothing,
    )


async def _say_nothing(_error: Exception) -> None:
    """The client logs by default what it also raises."""


async def settle(box: Box, record: Record, props: Props) -> None:
    """Makes streams and consumers as the props say. Raises `ServerError` with the server's own reason."""
    try:
        async with session(record) as jetstream:
            await _settle_streams(jetstream, stream_configs(props))
            await _settle_consumers(jetstream, consumer_configs(props))
    except APIError as error:
        raise ServerError(
            f"{box.name}: NATS refused a stream or consumer: {error.description}. Where two streams swap subjects, "
            f"change one, run `infra-kit up`, then the other. Where files in {box.data} are damaged, run `infra-kit "
            "stop` and bring them back from a copy. Nothing was deleted."
        ) from error


async def _settle_streams(jetstream: JetStreamContext, wanted: Mapping[str, StreamConfig]) -> None:
    """What exists comes first, so that a subject which moves to a new stream is free by then."""
    there = {str(info.config.name): info for info in await _all_streams(jetstream)}
    for name in there.keys() - wanted.keys():
        await _retire(jetstream, there[name])
    for name in there.keys() & wanted.keys():
        await jetstream.update_stream(wanted[name])
    for name in wanted.keys() - there.keys():
        await jetstream.add_stream(wanted[name])


async def _retire(jetstream: JetStreamContext, info: StreamInfo) -> None:
    name = str(info.config.name)
    if info.state.messages:
        # A stream must have a subject: this is one that nobody is allowed to publish on.
        await jetstream.update_stream(info.config.evolve(subjects=[f"_kept.{name}"]))
    else:
        await jetstream.delete_stream(name)


async def _settle_consumers(jetstream: JetStreamContext, wanted: Mapping[tuple[str, str], ConsumerConfig]) -> None:
    for stream in await _all_streams(jetstream):
        name = str(stream.config.name)
        for consumer in await jetstream.consumers_info(name):
            if (name, consumer.name) not in wanted:
                await jetstream.delete_consumer(name, consumer.name)
    for (stream_name, _), config in wanted.items():
        await jetstream.add_consumer(stream_name, config)


async def _all_streams(jetstream: JetStreamContext) -> list[StreamInfo]:
    found: list[StreamInfo] = []
    while page := await jetstream.streams_info(offset=len(found)):
        found += page
    return found


def stream_configs(props: Props) -> dict[str, StreamConfig]:
    return {name: StreamConfig.from_response(config) for name, config in common.streams(props).items()}


def consumer_configs(props: Props) -> dict[tuple[str, str], ConsumerConfig]:
    return {address: ConsumerConfig.from_response(config) for address, config in common.consumers(props).items()}

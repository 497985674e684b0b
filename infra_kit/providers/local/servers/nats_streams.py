"""Inside a NATS server: its streams and durable consumers, as `providers/common/nats_setup.py` brings them about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import APIError

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import nats as common
from infra_kit.providers.common import nats_setup
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import nats_conf


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
        connect_timeout=nats_conf.LOGIN_SECONDS,
        error_cb=_say_nothing,
    )


async def _say_nothing(_error: Exception) -> None:
    """The client logs by default what it also raises."""


async def settle(box: Box, record: Record, props: Props) -> None:
    """Makes streams and consumers as the props say. Raises `ServerError` with the server's own reason."""
    try:
        async with session(record) as jetstream:
            await nats_setup.settle(jetstream, stream_configs(props), consumer_configs(props))
    except APIError as error:
        raise ServerError(
            f"{box.name}: NATS refused a stream or consumer: {error.description}. Where two streams swap subjects, "
            f"change one, run `infra-kit up`, then the other. Where files in {box.data} are damaged, run `infra-kit "
            "stop` and bring them back from a copy. Nothing was deleted."
        ) from error


def stream_configs(props: Props) -> dict[str, StreamConfig]:
    return {name: StreamConfig.from_response(config) for name, config in common.streams(props).items()}


def consumer_configs(props: Props) -> dict[tuple[str, str], ConsumerConfig]:
    return {address: ConsumerConfig.from_response(config) for address, config in common.consumers(props).items()}

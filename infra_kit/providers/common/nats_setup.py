"""Brings the streams and consumers of NATS to what is asked of them, any number of times.

Nothing that holds events is deleted. A stream that is no longer declared takes no new events and keeps what it has
until its retention ends; the first run that finds it empty removes it. Declared again, it goes on where it was.
A consumer holds no events, only how far it got, and is deleted when it is no longer declared.

It runs on this machine, and in a function or a job of a cloud, where nothing else of infra_kit is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, ConsumerInfo, StreamConfig, StreamInfo
from nats.js.errors import APIError

Address = tuple[str, str]
"""A consumer's stream and its own name."""


async def settle(
    jetstream: JetStreamContext, streams: Mapping[str, StreamConfig], consumers: Mapping[Address, ConsumerConfig]
) -> None:
    """Makes, changes and retires. Raises `nats.js.errors.APIError` with the server's own reason."""
    await _streams(jetstream, streams)
    await _consumers(jetstream, consumers)


async def _streams(jetstream: JetStreamContext, wanted: Mapping[str, StreamConfig]) -> None:
    """What exists comes first, so that a subject which moves to a new stream is free by then."""
    there = {str(info.config.name): info for info in await all_streams(jetstream)}
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


async def _consumers(jetstream: JetStreamContext, wanted: Mapping[Address, ConsumerConfig]) -> None:
    for stream in await all_streams(jetstream):
        name = str(stream.config.name)
        for consumer in await _all_consumers(jetstream, name):
            if (name, consumer.name) not in wanted:
                await jetstream.delete_consumer(name, consumer.name)
    for (stream_name, _), config in wanted.items():
        await jetstream.add_consumer(stream_name, config)


async def _all_consumers(jetstream: JetStreamContext, stream: str) -> list[ConsumerInfo]:
    found: list[ConsumerInfo] = []
    while page := await jetstream.consumers_info(stream, offset=len(found)):
        found += page
    return found


async def all_streams(jetstream: JetStreamContext) -> list[StreamInfo]:
    found: list[StreamInfo] = []
    while page := await jetstream.streams_info(offset=len(found)):
        found += page
    return found


async def refusal(client: Client, wanted: Mapping[str, Mapping[str, Any]]) -> str:
    """Why these bounds are refused: NATS would delete events at once. Empty when none would go.

    Args:
        client: of the administrator.
        wanted: configurations as the API has them: durations in nanoseconds.

    Raises:
        nats.js.errors.APIError: it cannot be known, as where a cluster has no leader.
    """
    reasons = [
        f"the stream {stream['config']['name']} holds {held}, and {asked} was asked for"
        for stream in await _listed(client)
        if (new := wanted.get(stream["config"]["name"]))
        for held, asked in _beyond(stream["config"], stream["state"], new)
    ]
    return "; ".join(reasons)


async def _listed(client: Client) -> list[dict[str, Any]]:
    """The streams as the API tells them: nats-py leaves out since when there are events."""
    found: list[dict[str, Any]] = []
    while True:
        asked = json.dumps({"offset": len(found)}).encode()
        answer = json.loads((await client.request("$JS.API.STREAM.LIST", asked, timeout=10)).data)
        # In both cases it lists what it knows of, which may be nothing.
        if "error" in answer:
            raise APIError.from_error(answer["error"])
        if unheard := answer.get("missing") or answer.get("offline"):
            raise APIError(code=503, description=f"nothing is heard of {', '.join(sorted(unheard))}")
        if not answer["streams"]:
            return found
        found += answer["streams"]


def _beyond(old: Mapping[str, Any], state: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if 0 < new["max_bytes"] < state["bytes"]:
        yield f"{state['bytes'] / 2**30:.3g} GiB", f"a size of {new['max_bytes'] / 2**30:.3g} GiB"
    oldest = datetime.fromisoformat(state["first_ts"].partition(".")[0].rstrip("Z") + "+00:00")
    age = timedelta(seconds=new["max_age"] / 10**9)
    if state["messages"] and new["max_age"] < old["max_age"] and datetime.now(UTC) - oldest > age:
        yield f"events since {oldest:%Y-%m-%d %H:%M} UTC", f"a retention of {age}"

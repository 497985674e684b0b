"""What a NATS server tells of itself over HTTP, on the loopback
(https://docs.nats.io/running-a-nats-service/nats_admin/monitoring)."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra_kit.providers.local.box import Record
from infra_kit.providers.local.ports import LOOPBACK

ANSWER_SECONDS = 30
"""How long a server may take to answer; whoever asks again waits less."""


@dataclass(frozen=True)
class StreamState:
    """What a stream holds, and its bounds."""

    messages: int
    bytes: int
    last_sequence: int
    """Of the newest event ever taken, also when it is gone: sequences never go back."""
    first_time: datetime
    """Of the oldest event that is kept."""
    last_time: datetime
    """Of the newest event ever taken."""
    max_age: timedelta
    max_bytes: int
    """-1 without a bound."""


@dataclass(frozen=True)
class ConsumerState:
    """How far a consumer got."""

    stream: str
    name: str
    filter: str
    """The subject of its events; empty for all of the stream."""
    waiting: int
    """Events that it has not taken, or not acknowledged."""
    done: int
    """The sequence up to which all events are acknowledged."""


def get(record: Record, path: str, seconds: float = ANSWER_SECONDS) -> bytes:
    """Raises `OSError` or `http.client.HTTPException` where the server does not answer in time, or not with 200."""
    connection = http.client.HTTPConnection(LOOPBACK, record.ports[1], timeout=seconds)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise http.client.HTTPException(f"{path} answered {response.status}")
    return body


def streams(record: Record) -> dict[str, StreamState]:
    """Every stream by name. The client library leaves the times out. Raises `HTTPException` where JetStream is off."""
    found = _streams(record, "streams=true&config=true")
    return {
        stream["name"]: StreamState(
            messages=stream["state"]["messages"],
            bytes=stream["state"]["bytes"],
            last_sequence=stream["state"]["last_seq"],
            first_time=datetime.fromisoformat(stream["state"]["first_ts"]),
            last_time=datetime.fromisoformat(stream["state"]["last_ts"]),
            max_age=timedelta(microseconds=stream["config"]["max_age"] // 1000),
            max_bytes=stream["config"]["max_bytes"],
        )
        for stream in found
    }


def consumers(record: Record) -> list[ConsumerState]:
    """Every durable consumer, those of dead letters too."""
    return [
        ConsumerState(
            stream=stream["name"],
            name=consumer["name"],
            filter=consumer["config"].get("filter_subject", ""),
            waiting=consumer["num_pending"] + consumer["num_ack_pending"],
            done=consumer["ack_floor"]["stream_seq"],
        )
        for stream in _streams(record, "consumers=true&config=true")
        for consumer in stream.get("consumer_detail") or []
    ]


def _streams(record: Record, query: str) -> list[dict[str, Any]]:
    told = json.loads(get(record, f"/jsz?{query}"))
    if told.get("disabled"):
        raise http.client.HTTPException(
            "NATS has switched JetStream off, as it does where its disk is full. Make room, then run `infra-kit up`, "
            "which starts it again"
        )
    accounts = told.get("account_details", [])
    return [stream for account in accounts for stream in account.get("stream_detail", [])]

"""Copies of a NATS server: of each stream the snapshot that NATS itself makes, consumers and how far they are included
(https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-42.md, $JS.API.STREAM.SNAPSHOT)."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import Header

from infra_kit.errors import BackupError
from infra_kit.providers.common import nats as common
from infra_kit.providers.local.backups import boxes, compression
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import nats_events, nats_monitor, nats_streams
from infra_kit.providers.local.servers.event_bus import HANDLER

PATIENCE = 60.0
"""Seconds that the server may be silent for."""
CHUNK = 128 * 2**10
_WHOLE = (None, "204")
"""How the empty message that ends a snapshot says that it is whole: older servers say nothing
(https://github.com/nats-io/nats-server/pull/5873)."""


def copy(box: Box, repository: Repository, place: str) -> dict[str, Any]:
    streams: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []
    found = nats_monitor.streams(box.record)
    nats_events.require_kept(box, box.record, found)
    for name in found:
        with tempfile.TemporaryFile("w+b", prefix="infra-kit-stream-") as file:
            told = asyncio.run(_snapshot(box.record, name, file))
            file.seek(0)
            part = repository.put(f"{place}/{name}.snapshot", compression.chunks_of(file))
        parts.append(asdict(part))
        streams[name] = {"config": told["config"], "state": told["state"], "part": asdict(part)}
    return {"kind": "event_bus", "parts": parts, "streams": streams}


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:  # noqa: ARG001
    """Makes a bus of a copy, which is of one moment: the last one before what was asked."""
    boxes.open_for(box, noted, HANDLER)
    boxes.start(box, noted, HANDLER, streams={}, consumers={})
    for name, stream in noted["streams"].items():
        with tempfile.TemporaryDirectory(prefix="infra-kit-stream-") as scratch:
            file = Path(scratch) / "snapshot"
            with repository.open(Part(**stream["part"])) as source, file.open("wb") as target:
                compression.write_to(target, compression.chunks_of(source))
            asyncio.run(_put_back(box.record, name, stream, file))
    boxes.start(box, noted, HANDLER)


def check(box: Box, noted: Mapping[str, Any]) -> list[str]:
    """Events may have ended since; none may be missing at the newer end."""
    found = nats_monitor.streams(box.record)
    return [
        f"the stream {name} ended with event {stream['state']['last_seq']}, and came back with "
        f"{found[name].last_sequence if name in found else 'nothing'}"
        for name, stream in noted["streams"].items()
        if name not in found or found[name].last_sequence != stream["state"]["last_seq"]
    ]


async def _snapshot(record: Record, stream: str, file: Any) -> dict[str, Any]:
    """Writes a stream's snapshot to a file; returns what the server tells of it. Raises `BackupError` where the server
    broke it off."""
    connection = await nats_streams.connect(record, common.ADMIN, record.secrets["admin"])
    try:
        inbox = connection.new_inbox()
        coming = await connection.subscribe(inbox)
        told = await _ask(connection, f"$JS.API.STREAM.SNAPSHOT.{stream}", {"deliver_subject": inbox, "jsck": True})
        while True:
            message = await coming.next_msg(PATIENCE)
            if not message.data:
                _require_whole(stream, message)
                return told
            file.write(message.data)
            if message.reply:
                await connection.publish(message.reply)
    finally:
        await connection.close()


def _require_whole(stream: str, end: Msg) -> None:
    headers = end.headers or {}
    status = headers.get(Header.STATUS)
    if status not in _WHOLE:
        why = f"{status} {headers.get(Header.DESCRIPTION, '')}".strip()
        raise BackupError("truncated", f"NATS broke off the snapshot of {stream}: {why}. The next run takes another.")


async def _put_back(record: Record, stream: str, told: Mapping[str, Any], file: Path) -> None:
    connection = await nats_streams.connect(record, common.ADMIN, record.secrets["admin"])
    try:
        asked = {"config": told["config"], "state": told["state"]}
        answer = await _ask(connection, f"$JS.API.STREAM.RESTORE.{stream}", asked)
        with file.open("rb") as source:
            for chunk in _chunks(source):
                await connection.request(answer["deliver_subject"], chunk, timeout=PATIENCE)
        _well(json.loads((await connection.request(answer["deliver_subject"], b"", timeout=PATIENCE)).data))
    finally:
        await connection.close()


def _chunks(source: Any) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


async def _ask(connection: Client, subject: str, what: Mapping[str, Any]) -> dict[str, Any]:
    answer = await connection.request(subject, json.dumps(what).encode(), timeout=PATIENCE)
    return _well(json.loads(answer.data))


def _well(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        raise BackupError("unreachable", f"NATS refused: {answer['error'].get('description')}")
    return answer

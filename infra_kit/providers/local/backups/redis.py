"""Copies of a Valkey server: its snapshot, as a replica gets it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BufferedRWPair
from typing import Any

from infra_kit.errors import BackupError
from infra_kit.providers.common import valkey
from infra_kit.providers.local.backups import boxes, compression
from infra_kit.providers.local.backups.boxes import Moment
from infra_kit.providers.local.backups.repository import Part, Repository
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.redis import HANDLER, connect
from infra_kit.providers.local.servers.redis_conf import dump

PATIENCE = 300.0
"""Seconds that the server may take to write its memory down."""
MARK = 40
"""Length of what ends a snapshot whose size is not known before (https://valkey.io/topics/replication/, diskless)."""


def copy(box: Box, repository: Repository, place: str) -> dict[str, Any]:
    before = _keys(box.record)
    with _snapshot(box.record) as chunks:
        part = repository.put(f"{place}/dump.rdb.zst", compression.compressed(chunks))
    after = _keys(box.record)
    return {"kind": "redis", "parts": [asdict(part)], "keys": sorted([before, after])}


def restore(box: Box, noted: Mapping[str, Any], repository: Repository, moment: Moment) -> None:  # noqa: ARG001
    """A copy is of one moment: the last one before what was asked."""
    boxes.open_for(box, noted, HANDLER)
    part = Part(**noted["parts"][0])
    with repository.open(part) as stream, dump(box).open("wb") as file:
        compression.write_to(file, compression.unpacked(stream, part.path))
    os.chown(dump(box), box.user.uid, box.user.gid)
    boxes.start(box, noted, HANDLER)


def check(box: Box, noted: Mapping[str, Any]) -> list[str]:
    """Keys may have ended since; none may have come."""
    least, most = noted["keys"]
    have = _keys(box.record)
    return [f"{least} to {most} keys were copied, {have} came back"] if have > most or (least and not have) else []


def _keys(record: Record) -> int:
    with connect(record) as session:
        return sum(int(database["keys"]) for database in session.info("keyspace").values())


@contextmanager
def _snapshot(record: Record) -> Iterator[Iterator[bytes]]:
    """What SYNC answers: the snapshot, and whatever is written after it, which is left unread."""
    with socket.create_connection((LOOPBACK, record.ports[0]), timeout=PATIENCE) as connection:
        stream = connection.makefile("rwb")
        _say(stream, "AUTH", valkey.ADMIN, record.secrets["admin"])
        if not stream.readline().startswith(b"+OK"):
            raise BackupError("unreachable", "the server does not know our password")
        _say(stream, "SYNC")
        yield _payload(stream)


def _say(stream: BufferedRWPair, *words: str) -> None:
    encoded = [word.encode() for word in words]
    stream.write(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(it), it) for it in encoded))
    stream.flush()


def _payload(stream: BufferedRWPair) -> Iterator[bytes]:
    header = _header(stream)
    if header.startswith(b"$EOF:"):
        yield from _until(stream, header.removeprefix(b"$EOF:"))
    elif header.startswith(b"$"):
        yield from _exactly(stream, int(header[1:]))
    else:
        raise BackupError("unreachable", f"the server sends no snapshot: {header.decode(errors='replace')}")


def _header(stream: BufferedRWPair) -> bytes:
    """The first line with words: a server that is still writing keeps the connection alive with empty ones."""
    while line := stream.readline():
        if header := line.strip():
            return header
    raise BackupError("truncated", "the server ended before it sent its snapshot")


def _exactly(stream: BufferedRWPair, size: int) -> Iterator[bytes]:
    while size:
        chunk = stream.read(min(size, compression.CHUNK))
        if not chunk:
            raise BackupError("truncated", "the server ended in the middle of its snapshot")
        size -= len(chunk)
        yield chunk


def _until(stream: BufferedRWPair, mark: bytes) -> Iterator[bytes]:
    held = b""
    while not held.endswith(mark):
        chunk = stream.read1(compression.CHUNK)
        if not chunk:
            raise BackupError("truncated", "the server ended in the middle of its snapshot")
        held += chunk
        at = held.find(mark)
        if at >= 0:
            yield held[:at]
            return
        yield held[:-MARK]
        held = held[-MARK:]

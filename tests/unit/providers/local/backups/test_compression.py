"""Streams made small, and back."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import compression
from infra_kit.providers.local.backups.compression import CHUNK, Chunks


def test_what_is_unpacked_is_what_was_packed_in_chunks_that_fit_in_memory() -> None:
    content = bytes(64 * CHUNK) + bytes(range(256)) * 5000
    packed = b"".join(compression.compressed(iter([content])))
    assert len(packed) < CHUNK, "one chunk holds it all"
    chunks = list(compression.unpacked(io.BytesIO(packed), "base"))
    assert b"".join(chunks) == content
    assert max(map(len, chunks)) <= CHUNK


def test_what_is_made_ahead_comes_in_its_order() -> None:
    packed = b"".join(compression.compressed(iter([bytes(CHUNK), b"end"])))
    with (
        compression.ahead(packed[at : at + 7] for at in range(0, len(packed), 7)) as pieces,
        compression.ahead(compression.unpacked(Chunks(pieces), "base")) as chunks,
    ):
        assert b"".join(chunks) == bytes(CHUNK) + b"end"


def test_what_goes_wrong_while_making_ahead_is_told_after_what_was_made() -> None:
    def made() -> Iterator[bytes]:
        yield b"good"
        raise BackupError("changed", "and then it was not")

    with compression.ahead(made()) as chunks:
        assert next(chunks) == b"good"
        with pytest.raises(BackupError, match="and then it was not"):
            next(chunks)


def test_who_stops_early_is_not_kept_waiting() -> None:
    endless = iter(lambda: b"more", b"")
    with compression.ahead(endless) as chunks:
        assert next(chunks) == b"more"

"""Streams made small: zstd, at its fastest level that still looks at letters, on all cores of a small machine."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

import zstandard

from infra_kit.errors import BackupError

CHUNK = 2**20
AHEAD = 12
"""Chunks that are read before they are asked for."""
LEVEL, THREADS = 1, min(4, os.cpu_count() or 1)
"""Below 1, what repeats in its letters alone (hexadecimal digits) stays as it is, and encrypting it costs more."""


class Source(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def compressed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=LEVEL, threads=THREADS, write_checksum=False).compressobj()
    for chunk in chunks:
        if out := packer.compress(chunk):
            yield out
    yield packer.flush()


def chunks_of(stream: Source) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def unpacked(stream: Source, name: str) -> Iterator[bytes]:
    """Raises `BackupError` where the stream is none of ours."""
    try:
        opener = zstandard.ZstdDecompressor()
        yield from opener.read_to_iter(cast("IO[bytes]", stream), read_size=CHUNK, write_size=CHUNK)
    except zstandard.ZstdError as error:
        raise BackupError("changed", f"{name} cannot be unpacked: {error}") from None


class Chunks:
    """Chunks as a source, which gives each as it is."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    def read(self, size: int = -1, /) -> bytes:  # noqa: ARG002
        return next(self._chunks, b"")


@contextmanager
def ahead(chunks: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """The same chunks, made in a thread of its own while the last ones are worked on."""
    with ThreadPoolExecutor(1) as pool:
        coming = deque(pool.submit(next, chunks, b"") for _ in range(AHEAD))

        def come() -> Iterator[bytes]:
            while chunk := coming.popleft().result():
                coming.append(pool.submit(next, chunks, b""))
                yield chunk

        yield come()


def pack_file(file: Path, to: Path) -> None:
    with file.open("rb") as source, to.open("wb") as target:
        target.writelines(compressed(chunks_of(source)))


def unpack_file(file: Path, to: Path) -> None:
    with file.open("rb") as source, to.open("wb") as target:
        target.writelines(unpacked(source, file.name))


def write_to(target: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        target.write(chunk)

"""Streams made small: zstd, at its fastest level that still looks at letters, on all cores of a small machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Protocol

import zstandard

from infra_kit.errors import BackupError

CHUNK = 2**20
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
    opener = zstandard.ZstdDecompressor().decompressobj()
    try:
        for chunk in chunks_of(stream):
            yield opener.decompress(chunk)
    except zstandard.ZstdError as error:
        raise BackupError("changed", f"{name} cannot be unpacked: {error}") from None


def pack_file(file: Path, to: Path) -> None:
    with file.open("rb") as source, to.open("wb") as target:
        target.writelines(compressed(chunks_of(source)))


def unpack_file(file: Path, to: Path) -> None:
    with file.open("rb") as source, to.open("wb") as target:
        target.writelines(unpacked(source, file.name))


def write_to(target: IO[bytes], chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        target.write(chunk)

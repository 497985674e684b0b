"""The base of a copy of a PostgreSQL server: its files as they lie, in a tar, while it writes on. The log from where
this began makes one whole of them
(https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP).

Why not pg_basebackup: all of it would go through two processes more, which cost as much as compressing it.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tarfile import BLOCKSIZE, DIRTYPE, GNU_FORMAT, TarInfo
from typing import IO, cast

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups.compression import CHUNK
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_roles

CONTROL = "global/pg_control"
EMPTIED = {
    "pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans", "pg_wal",
}  # fmt: skip
"""Folders whose content is not copied: of a run of the server, or the log, which comes by itself."""
LEFT_OUT = re.compile(
    r"postmaster\.(pid|opts)|backup_(label|manifest)|tablespace_map|(recovery|standby)\.signal|pgsql_tmp.*"
    r"|pg_internal\.init.*|postgresql\.auto\.conf\.tmp"
)
LABEL = "backup_label"
"""The last of its files: without it, PostgreSQL would take what was copied meanwhile for whole."""
SYNCED_AT = 64 * 2**20
"""Bytes of a file that go to the disk while the next ones are written: before it replays the log, PostgreSQL waits
until all of them are there."""
_START = re.compile(r"^START WAL LOCATION: \S+ \(file ([0-9A-F]{24})\)$", re.MULTILINE)


class Base:
    """One that is being read."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.start = ""
        """The first segment of the log that it needs: known when all is read."""

    def chunks(self) -> Iterator[bytes]:
        """Where who reads gives up, the session ends, and with it what the server does for it."""
        with postgres_roles.connect(self._box.record) as session:
            session.execute("SELECT pg_backup_start('infra-kit', fast => true)")
            yield from _below(self._box.data, "")
            yield from _member(CONTROL, _control(self._box.data / CONTROL))
            stopped = "SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)"
            row = session.execute(stopped).fetchone()
        label = str(row[0]) if row else ""
        match = _START.search(label)
        if not match:
            raise BackupError("unreachable", f"the server said nothing of where it began: {label[:300]}")
        self.start = match[1]
        yield from _member(LABEL, label.encode())
        yield bytes(2 * BLOCKSIZE)


def _below(data: Path, folder: str) -> Iterator[bytes]:
    for it in sorted((data / folder).iterdir()):
        name = f"{folder}{it.name}"
        if LEFT_OUT.fullmatch(it.name) or name == CONTROL:
            continue
        if it.is_symlink():
            raise BackupError("unreachable", f"{name} is a link: what lies elsewhere (a tablespace) is not copied")
        if it.is_dir():
            yield _header(name, 0, folder=True)
            if name not in EMPTIED:
                yield from _below(data, f"{name}/")
        else:
            yield from _file(it, name)


def _file(file: Path, name: str) -> Iterator[bytes]:
    """As long as it is when it is opened: what is added or cut off after that, the log does again."""
    try:
        opened = file.open("rb", buffering=0)
    except FileNotFoundError:
        return  # dropped since
    with opened:
        left = size = file.stat().st_size
        yield _header(name, size)
        while left and (chunk := opened.read(min(left, CHUNK))):
            left -= len(chunk)
            yield chunk
        yield bytes(left + -size % BLOCKSIZE)


def _control(file: Path) -> bytes:
    """The server writes it at any time: what was read twice alike is whole."""
    content = file.read_bytes()
    while (again := file.read_bytes()) != content:
        content = again
    return content


def _member(name: str, content: bytes) -> Iterator[bytes]:
    yield _header(name, len(content))
    yield content + bytes(-len(content) % BLOCKSIZE)


def _header(name: str, size: int, *, folder: bool = False) -> bytes:
    member = TarInfo(name)
    member.size, member.mode = size, 0o700 if folder else 0o600
    if folder:
        member.type = DIRTYPE
    return member.tobuf(GNU_FORMAT)


def lay(chunks: Iterator[bytes], box: Box) -> None:
    """Puts the files of a base where the server has them, as its user's. Raises `tarfile.ReadError` where it is cut
    short."""
    stream = _Stream(chunks)
    with ThreadPoolExecutor(1) as pool, tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:") as tar:
        syncing = [it for member in tar for it in _laid(member, stream, box, pool)]
        stream.drain()
        for it in syncing:
            it.result()


def _laid(member: TarInfo, stream: _Stream, box: Box, pool: ThreadPoolExecutor) -> Iterator[Future[None]]:
    """Yields what of it is on its way to the disk."""
    to = box.data / member.name
    if member.isdir():
        to.mkdir(mode=0o700)
        os.chown(to, box.user.uid, box.user.gid)
        return
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        os.fchown(file.fileno(), box.user.uid, box.user.gid)
        unsynced = 0
        for part in stream.parts(member.size):
            unsynced += file.write(part)
            if unsynced >= SYNCED_AT:
                yield pool.submit(_sync, os.dup(file.fileno()))
                unsynced = 0


def _sync(descriptor: int) -> None:
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


class _Stream:
    """Chunks as the file that `tarfile` reads, forwards only."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self._at = 0

    def parts(self, size: int) -> Iterator[memoryview]:
        """What comes next, less where it ends."""
        while size > 0 and (self._rest or self._next()):
            part, self._rest = self._rest[:size], self._rest[size:]
            self._at += len(part)
            size -= len(part)
            yield part

    def _next(self) -> bool:
        self._rest = memoryview(next(self._chunks, b""))
        return bool(self._rest)

    def read(self, size: int) -> bytes:
        return b"".join(self.parts(size))

    def tell(self) -> int:
        return self._at

    def seek(self, to: int) -> None:
        for _ in self.parts(to - self._at):
            pass

    def drain(self) -> None:
        while self._next():
            pass

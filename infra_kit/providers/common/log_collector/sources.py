"""Files that grow, are renamed when they are large, and go: each line is read once, from where one got to."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from .lines import Said

CHUNK = 2**20
"""Bytes that are read at once: each source has its turn."""
LONGEST = 2**18
"""Bytes of a line; what is longer is several."""
HEAD = 256
"""Bytes at its beginning that tell a file apart from another that got its number."""

Position = dict[str, Any]


class Source(ABC):
    """One log: the file that is written, and those that it was renamed to, `<file>.<whatever>`."""

    def __init__(self, path: Path, position: Position | None) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._read_to, self._done, self._rest = 0, 0, b""
        self.lost = position is not None and not self._find(position)
        """What it had got to is gone: lines were lost."""

    @abstractmethod
    def said(self, line: bytes) -> Said | None:
        """The line, without its end; None where it goes on in the next."""

    def read(self) -> Iterator[Said]:
        """What was written since. `position` tells where one got to when all of it was taken."""
        if self._file is None and not self._next():
            return
        assert self._file is not None  # noqa: S101  the line before opened it
        data = self._file.read(CHUNK)
        if data:
            yield from self._lines(data)
        elif self._is_over() and self._has_next():
            yield from self._last()
            self._next()

    @property
    def position(self) -> Position | None:
        """None before anything was there."""
        if self._file is None:
            return None
        length = min(HEAD, self._done)
        head = _digest(os.pread(self._file.fileno(), length, 0))
        return {"number": _number(self._file), "offset": self._done, "head": [length, head]}

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _lines(self, data: bytes) -> Iterator[Said]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            yield from self._take(line, len(line) + 1)
        if len(self._rest) > LONGEST:
            yield from self._last()

    def _last(self) -> Iterator[Said]:
        """What has no end."""
        line, self._rest = self._rest, b""
        if line:
            yield from self._take(line, len(line))

    def _take(self, line: bytes, length: int) -> Iterator[Said]:
        """One that goes on in the next counts as read with that."""
        self._read_to += length
        found = self.said(line)
        if found is not None:
            self._done = self._read_to
            yield found

    def _is_over(self) -> bool:
        """Whether nobody writes it any more. One that was cut is begun anew."""
        assert self._file is not None  # noqa: S101  only an open one is asked
        size, got_to = os.fstat(self._file.fileno()).st_size, self._read_to + len(self._rest)
        if size < got_to:
            self._file.seek(0)
            self._read_to, self._done, self._rest = 0, 0, b""
        return size == got_to and _inode(self.path) != _number(self._file)

    def _has_next(self) -> bool:
        return bool(self._later())

    def _next(self) -> bool:
        """Opens the next one, if there is one."""
        for path in self._later():
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            self.close()
            self._file, self._read_to, self._done, self._rest = file, 0, 0, b""
            return True
        return False

    def _later(self) -> Sequence[Path]:
        """The files that were written after the one that is open."""
        files = self._files()
        if self._file is None:
            return files
        number = _number(self._file)
        at = next((index for index, path in enumerate(files) if _inode(path) == number), None)
        if at is not None:
            return files[at + 1 :]
        ended = os.fstat(self._file.fileno()).st_mtime_ns
        return [path for path in files if _written(path) > ended]

    def _files(self) -> list[Path]:
        """The oldest first."""
        renamed = [path for path in self.path.parent.glob(f"{self.path.name}.*") if path.suffix != ".gz"]
        return [*sorted(renamed, key=_written), *([self.path] if self.path.exists() else [])]

    def _find(self, position: Position) -> bool:
        """Opens the file that the position is of."""
        for path in self._files():
            if _inode(path) != position["number"]:
                continue
            file = path.open("rb")
            length, digest = position["head"]
            whole = os.fstat(file.fileno()).st_size >= position["offset"]
            if whole and _digest(file.read(length)) == digest:
                file.seek(position["offset"])
                self._file, self._read_to, self._done = file, position["offset"], position["offset"]
                return True
            file.close()
        return False


def _number(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_ino


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _written(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]

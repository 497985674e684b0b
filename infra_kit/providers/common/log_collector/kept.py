"""What is kept: a folder a class, with files of lines, `<day>.<number>.ndjson`, compressed once they are whole.

Only what is committed counts: after a crash, what was written beyond that is taken back, and read again. A file belongs
to the day on which its lines came, which no program can say otherwise.
"""

from __future__ import annotations

import gzip
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import IO, Any

LARGEST = 64 * 2**20
"""Bytes of lines in a file, before it is compressed."""
ARCHIVED_EVERY = 3600
"""Seconds: of a class that is archived elsewhere, no more than that is here alone."""


@dataclass(frozen=True)
class LogClass:
    """In days."""

    keep: int
    here: int
    """How long they stay here, where they are archived elsewhere."""
    archived: bool


class Writing:
    """The file of a class that is being written."""

    def __init__(self, path: Path, began: float) -> None:
        self._path = path
        self.name = path.name.removesuffix(".ndjson")
        self.began = began
        self.size = path.stat().st_size if path.exists() else 0
        self._file: IO[bytes] = _private(path, "ab")

    def write(self, line: bytes) -> None:
        self._file.write(line)
        self.size += len(line)

    def settle(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """One that nothing came into is none."""
        self.settle()
        self._file.close()
        if not self.size:
            self._path.unlink()


class Kept:
    """All classes' files."""

    def __init__(self, folder: Path, classes: Mapping[str, LogClass], now: Callable[[], float]) -> None:
        self.folder = folder
        self.classes = classes
        self._now = now
        self._writing: dict[str, Writing] = {}
        self._committed: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()
        for name in classes:
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def take_back(self, committed: Mapping[str, Any] | None) -> None:
        """Forgets what was written beyond what was committed; where nobody knows that, all stays."""
        if committed is None:
            return
        self._committed = {of: (name, size) for of, (name, size) in committed.items()}
        for of in self.classes:
            name, size = committed.get(of) or ("", 0)
            for path in (self.folder / of).glob("*.ndjson"):
                stem = path.name.removesuffix(".ndjson")
                if stem > name:
                    path.unlink()
                elif stem == name and path.stat().st_size > size:
                    os.truncate(path, size)

    def write(self, of: str, line: bytes) -> None:
        self._file_of(of).write(line)

    def commit(self) -> dict[str, tuple[str, int]]:
        """Has what was written be on the disk, and says how far that is. It is read once that is `settled`."""
        for writing in self._writing.values():
            writing.settle()
        return {**self._committed, **{of: (it.name, it.size) for of, it in self._writing.items()}}

    def settled(self, committed: dict[str, tuple[str, int]]) -> None:
        with self._lock:
            self._committed = committed

    def names(self, of: str) -> list[str]:
        """The files of a class, the oldest first."""
        return sorted({path.name.partition(".ndjson")[0] for path in (self.folder / of).glob("*.ndjson*")} - {""})

    def whole(self, of: str) -> list[str]:
        """Those that nobody writes any more."""
        with self._lock:
            last = self._committed.get(of, ("", 0))[0]
        writing = self._writing.get(of)
        return [name for name in self.names(of) if name < last or (name == last and writing is None)]

    def read(self, of: str, name: str, offset: int, most: int) -> bytes:
        """Whole lines from there on, of what is committed; at least one, if there is one."""
        with self._lock:
            last, size = self._committed.get(of, ("", 0))
        end = size if name == last else None
        wanted = most if end is None else min(most, end - offset)
        if wanted <= 0 or name > last:
            return b""
        with self._open(of, name) as file:
            file.seek(offset)
            data = file.read(wanted)
            if not data.endswith(b"\n"):
                data += file.readline() if b"\n" not in data else b""
        return data[: data.rfind(b"\n") + 1]

    def compress(self) -> None:
        """Files that are whole, each at once or not at all."""
        for of in self.classes:
            for name in self.whole(of):
                plain = self.folder / of / f"{name}.ndjson"
                if plain.exists():
                    _compress(plain)

    def compressed(self, of: str) -> Iterator[tuple[str, Path]]:
        for path in sorted((self.folder / of).glob("*.ndjson.gz")):
            yield path.name.removesuffix(".ndjson.gz"), path

    def expire(self, may_go: Callable[[str, str], bool]) -> None:
        """Deletes what is too old, and what may go because the archive has it."""
        today = self._today()
        for of, kept in self.classes.items():
            for name in self.whole(of):
                age = (today - day_of(name)).days
                if age > kept.keep or (kept.archived and age > kept.here and may_go(of, name)):
                    for path in (self.folder / of).glob(f"{name}.ndjson*"):
                        path.unlink()

    def _file_of(self, of: str) -> Writing:
        writing = self._writing.get(of)
        if writing is None or self._is_full(of, writing):
            if writing is not None:
                writing.close()
            writing = self._writing[of] = Writing(self._fresh(of), self._now())
        return writing

    def _is_full(self, of: str, writing: Writing) -> bool:
        old = self.classes[of].archived and self._now() - writing.began > ARCHIVED_EVERY
        return writing.size >= LARGEST or old or day_of(writing.name) != self._today()

    def turn(self) -> bool:
        """A file whose time is over is whole also where no line comes after it. Whether there was one."""
        over = [of for of, writing in self._writing.items() if writing.size and self._is_full(of, writing)]
        for of in over:
            self._file_of(of)
        return bool(over)

    def _fresh(self, of: str) -> Path:
        """The file that goes on: the day's last one, else a new one. One that is compressed is not written again."""
        today = self._today().isoformat()
        names = [name for name in self.names(of) if name.startswith(today)]
        number = int(names[-1].rpartition(".")[2]) + 1 if names else 0
        return self.folder / of / f"{today}.{number:06}.ndjson"

    def _today(self) -> date:
        return datetime.fromtimestamp(self._now(), timezone.utc).date()  # noqa: UP017  3.10

    def _open(self, of: str, name: str) -> IO[bytes]:
        plain = self.folder / of / f"{name}.ndjson"
        try:
            return plain.open("rb")
        except FileNotFoundError:
            return gzip.open(f"{plain}.gz", "rb")  # type: ignore[return-value]


def day_of(name: str) -> date:
    return date.fromisoformat(name.partition(".")[0])


def ends(name: str, days: int) -> date:
    """The day on which it is deleted."""
    return day_of(name) + timedelta(days=days + 1)


def _private(path: Path, mode: str) -> IO[Any]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), mode)


def _compress(plain: Path) -> None:
    fresh, done = plain.with_name(f"{plain.name}.gz.new"), plain.with_name(f"{plain.name}.gz")
    fresh.unlink(missing_ok=True)
    with plain.open("rb") as file, _private(fresh, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as packed:
        shutil.copyfileobj(file, packed)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(done)
    plain.unlink()

"""The repository: files of copies, read and written by name, each known by its SHA-256."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups.rclone import COPIES, Rclone

CHUNK = 2**20


@dataclass(frozen=True)
class Part:
    """A file of the repository, as it was written."""

    path: str
    sha256: str
    size: int


class Repository:
    """All copies of one backup."""

    def __init__(self, conf: Path) -> None:
        self._rclone = Rclone(conf)

    def put(self, path: str, chunks: Iterable[bytes]) -> Part:
        """Writes a file from a stream: whole, or it counts for nothing, since nothing names it."""
        digest, size = hashlib.sha256(), 0
        with self._rclone.writes("rcat", COPIES + path) as to:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                to.write(chunk)
        return Part(path, digest.hexdigest(), size)

    def put_json(self, path: str, value: Mapping[str, Any]) -> Part:
        return self.put(path, [json.dumps(value).encode()])

    def put_folder(self, folder: Path, path: str) -> None:
        """Writes all files of a folder side by side."""
        self._rclone.run("copy", "--ignore-times", "--transfers=4", str(folder), COPIES + path)

    @contextmanager
    def open(self, part: Part) -> Iterator[Checked]:
        """Reads a file; what it holds is what was written, or a `BackupError` says so at its end."""
        try:
            with self._rclone.reads("cat", COPIES + part.path) as stream:
                checked = Checked(stream, part)
                yield checked
                checked.drain()
        except BackupError:
            self._require_sizes([part])
            raise
        checked.require_whole()

    def get(self, part: Part) -> bytes:
        with self.open(part) as stream:
            return stream.read()

    def get_folder(self, parts: Sequence[Part], to: Path) -> None:
        """Reads files side by side into a folder, each under its last name, and checks them."""
        if not parts:
            return
        folder = parts[0].path.rpartition("/")[0]
        with _listed(part.path.rpartition("/")[2] for part in parts) as names:
            try:
                self._rclone.run("copy", f"--files-from-raw={names}", "--transfers=4", COPIES + folder, str(to))
            except BackupError:
                self._require_sizes(parts)
                raise
        for part in parts:
            _check(part, to / part.path.rpartition("/")[2])

    def get_jsons(self, paths: Sequence[str]) -> list[dict[str, Any]]:
        """What files hold, in their order. No hash is known of them: that they are whole, their encryption tells."""
        if not paths:
            return []
        with tempfile.TemporaryDirectory(prefix="infra-kit-") as scratch, _listed(paths) as names:
            self._rclone.run("copy", f"--files-from-raw={names}", "--transfers=8", COPIES, scratch)
            return [_json(path, Path(scratch) / path) for path in paths]

    def files(self, below: str = "") -> dict[str, int]:
        """Sizes by name. Raises `BackupError` where there are files, and none that this key can read."""
        listed = self._list(COPIES + below)
        if not listed and self._list("store:" + self._encrypted()):
            self._require_key()
        return {f"{below}/{path}".lstrip("/"): size for path, size in listed.items()}

    def delete(self, paths: Sequence[str]) -> None:
        """A bucket with versions keeps them among its older ones, until its own rules or locks let them go."""
        if not paths:
            return
        with _listed(paths) as names:
            self._rclone.run("delete", f"--files-from-raw={names}", COPIES)

    def _require_sizes(self, parts: Sequence[Part]) -> None:
        """What is too short is told as that, not as what it leads to."""
        there = self.files(parts[0].path.rpartition("/")[0])
        for part in parts:
            if part.path not in there:
                raise BackupError("missing", f"{part.path} is gone")
            if there[part.path] < part.size:
                raise _cut_short(part, there[part.path])

    def _list(self, remote: str) -> dict[str, int]:
        listing = ("lsjson", "-R", "--files-only", "--no-modtime", "--no-mimetype")
        try:
            found = json.loads(self._rclone.run(*listing, remote))
        except BackupError as error:
            if error.check != "missing":
                raise
            return {}
        return {it["Path"]: int(it["Size"]) for it in found}

    @property
    def place(self) -> str:
        """Where it is, for people: a folder, or `s3://<bucket>/…`."""
        bucket = self._configured["store"]["type"] == "s3"
        return f"s3://{self._encrypted()}" if bucket else self._encrypted()

    def _encrypted(self) -> str:
        """Where the encrypted files are in the store."""
        return str(self._configured["copies"]["remote"]).partition(":")[2]

    @cached_property
    def _configured(self) -> dict[str, dict[str, str]]:
        return dict(json.loads(self._rclone.run("config", "dump")))

    def _require_key(self) -> None:
        if not self._list(COPIES):
            raise BackupError(
                "wrong-key",
                "there are files, and this key can read none of their names: they were encrypted with another one. "
                "Give `key` the passphrase that the copies were made with.",
            )


class Checked:
    """A stream that counts and hashes what is read of it."""

    def __init__(self, stream: IO[bytes], part: Part) -> None:
        self._stream = stream
        self._part = part
        self._digest = hashlib.sha256()
        self._size = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        self._size += len(chunk)
        return chunk

    def drain(self) -> None:
        while self.read(CHUNK):
            pass

    def require_whole(self) -> None:
        _require_same(self._part, self._size, self._digest.hexdigest())


def _json(path: str, file: Path) -> dict[str, Any]:
    if not file.exists():
        raise BackupError("missing", f"{path} is gone")
    try:
        return dict(json.loads(file.read_bytes()))
    except ValueError:
        raise BackupError("truncated", f"{path} is cut short: it holds no whole JSON") from None


def _check(part: Part, file: Path) -> None:
    if not file.exists():
        raise BackupError("missing", f"{part.path} is gone")
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    _require_same(part, file.stat().st_size, digest)


def _require_same(part: Part, size: int, digest: str) -> None:
    if size < part.size:
        raise _cut_short(part, size)
    if (size, digest) != (part.size, part.sha256):
        raise BackupError("changed", f"{part.path} was changed: its SHA-256 is {digest[:12]}…, not {part.sha256[:12]}…")


def _cut_short(part: Part, size: int) -> BackupError:
    return BackupError("truncated", f"{part.path} is cut short: it holds {size} bytes of {part.size}")


@contextmanager
def _listed(names: Iterable[str]) -> Iterator[str]:
    """A file with names, for rclone."""
    with tempfile.NamedTemporaryFile("w", prefix="infra-kit-", suffix=".txt") as file:
        file.write("".join(f"{name}\n" for name in names))
        file.flush()
        yield file.name

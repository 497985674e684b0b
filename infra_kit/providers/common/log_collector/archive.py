"""The archive: a bucket behind the S3 API, which files are put into once they are whole, and deleted from when their
time is over.

Requests are signed as https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html says.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlsplit

from .asking import AskingError, ask
from .kept import Kept, ends
from .state import read, write

SECONDS = 60.0
GONE = 404
EMPTY = hashlib.sha256(b"").hexdigest()


class Bucket:
    """A bucket, and who may write to it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        there = urlsplit(told["s3_endpoint"])
        by_path = told["force_path_style"]
        self._host = there.netloc if by_path else f"{told['bucket']}.{there.netloc}"
        self._scheme = there.scheme
        self._root = f"/{told['bucket']}" if by_path else ""

    def put(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            digest = _sha256(file)
            file.seek(0)
            self._ask("PUT", key, digest, file, path.stat().st_size)

    def delete(self, key: str) -> None:
        """Also where it is gone already."""
        try:
            self._ask("DELETE", key, EMPTY, None, 0)
        except AskingError as error:
            if error.status != GONE:
                raise

    def _ask(self, method: str, key: str, digest: str, body: IO[bytes] | None, size: int) -> None:
        path = quote(f"{self._root}/{key}")
        headers = {**self._signed(method, path, digest), "Content-Length": str(size)}
        ask(method, f"{self._scheme}://{self._host}{path}", headers, body, seconds=SECONDS)

    def _signed(self, method: str, path: str, digest: str) -> dict[str, str]:
        now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")  # noqa: UP017  3.10
        scope = f"{now[:8]}/{self._told['region']}/s3/aws4_request"
        said = {"host": self._host, "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(said)
        lines = "".join(f"{name}:{value}\n" for name, value in said.items())
        request = hashlib.sha256(f"{method}\n{path}\n\n{lines}\n{names}\n{digest}".encode()).hexdigest()
        key = f"AWS4{self._told['secret_key']}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{request}".encode(), hashlib.sha256).hexdigest()
        credential = f"{self._told['access_key']}/{scope}"
        said["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}"
        )
        return said


class Archive:
    """Which files the bucket has."""

    def __init__(self, bucket: Bucket, prefix: str, kept: Kept, folder: Path) -> None:
        self._bucket = bucket
        self._prefix = prefix
        self._kept = kept
        self._file = folder / "archived.json"
        self._has: dict[str, list[str]] = (read(self._file) or {}).get("has", {})
        self.failure = ""

    def has(self, of: str, name: str) -> bool:
        return name in self._has.get(of, ())

    def step(self, today: date) -> None:
        """Puts in what is whole, and deletes what is too old. What fails is tried again the next time."""
        try:
            self._put()
            self._expire(today)
        except AskingError as error:
            if not self.failure:
                print(f"the archive takes nothing: {error}; it is tried again", flush=True)
            self.failure = str(error)
        else:
            self.failure = ""

    def _put(self) -> None:
        for of, kept in self._kept.classes.items():
            for name, path in self._kept.compressed(of) if kept.archived else ():
                if not self.has(of, name):
                    self._bucket.put(self._key(of, name), path)
                    self._has.setdefault(of, []).append(name)
                    write(self._file, {"has": self._has})

    def _expire(self, today: date) -> None:
        for of, names in self._has.items():
            kept = self._kept.classes.get(of)
            for name in [name for name in names if kept and today >= ends(name, kept.keep)]:
                self._bucket.delete(self._key(of, name))
                names.remove(name)
                write(self._file, {"has": self._has})

    def _key(self, of: str, name: str) -> str:
        return f"{self._prefix}/{of}/{name}.ndjson.gz"


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(2**20):
        digest.update(chunk)
    return digest.hexdigest()

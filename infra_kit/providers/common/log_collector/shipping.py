"""A sink: lines are posted to it, in order, until it has taken them, from where it got to.

At least once: where an answer is lost, the same lines are posted again. What it says is wrong with a line (400, 413,
422) is wrong again the next time, so that line is left out and told; anything else is tried again, later and later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .asking import AskingError, ask
from .kept import Kept
from .state import read, write

MOST = 2**20
"""Bytes of one post, about."""
SECONDS = 30.0
"""For an answer."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
BAD_LINE = frozenset({400, 413, 422})


@dataclass(frozen=True)
class Sink:
    """Where it is, and what it is to have."""

    name: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """With its token."""
    classes: Sequence[str]
    host: Callable[[], str] | None = None
    """Asks where it is, if it has no fixed address."""

    def post(self, body: bytes) -> None:
        """Raises `AskingError`."""
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": "infra-kit", **self.headers}
        ask("POST", self._where(), headers, body, seconds=SECONDS)

    def _where(self) -> str:
        if self.host is None:
            return self.url
        there, host = urlsplit(self.url), self.host()
        if not host:
            raise AskingError(0, f"{there.hostname} does not run")
        return there._replace(netloc=f"{host}:{there.port}").geturl()


class Shipper:
    """What a sink has got, and how it goes on."""

    def __init__(self, sink: Sink, kept: Kept, folder: Path) -> None:
        self.sink = sink
        self._kept = kept
        self._file = folder / f"shipped-{sink.name}.json"
        known = read(self._file) or {}
        self._at: dict[str, list[Any]] = known.get("at", {})
        self._told: dict[str, Any] = {"refused": 0, "missed": 0, **known.get("told", {}), "failure": ""}
        self.delay = 0.0
        """Seconds until it is tried again."""

    def step(self) -> bool:
        """Posts what there is, once a class; whether there was anything and all of it was taken."""
        taken = False
        for of in self.sink.classes:
            at = self._next(of)
            data = self._data(of, *at)
            if not data:
                continue
            try:
                refused = self._post(data)
            except AskingError as error:
                self._is_away(error)
                return False
            self._at[of] = [at[0], at[1] + len(data)]
            self._told["refused"] += refused
            self._told["failure"] = ""
            self.delay, taken = 0.0, True
            self._save()
        return taken

    @property
    def told(self) -> Mapping[str, Any]:
        """How it goes: lines that it `refused`, files that were gone before it got them (`missed`), and why it does not
        take any now (`failure`)."""
        return dict(self._told)

    def _next(self, of: str) -> tuple[str, int]:
        """Where its next line is: in the next file, where it has all of one."""
        names = self._kept.names(of)
        name, offset = self._at.get(of) or (names[0] if names else "", 0)
        if name and name not in names:
            self._told["missed"] += 1
            print(f"{self.sink.name}: {of}/{name} was deleted before it had all of it", flush=True)
            name, offset = next((it for it in names if it > name), ""), 0
            self._at[of] = [name, offset]
        later = [it for it in names if it > name]
        if name and later and not self._data(of, name, offset):
            return later[0], 0
        return name, offset

    def _data(self, of: str, name: str, offset: int) -> bytes:
        try:
            return self._kept.read(of, name, offset, MOST) if name else b""
        except FileNotFoundError:
            return b""

    def _post(self, data: bytes) -> int:
        """How many lines it refused: of many, those are found that are wrong."""
        try:
            self.sink.post(data)
        except AskingError as error:
            if error.status not in BAD_LINE:
                raise
            lines = data.splitlines(keepends=True)
            if len(lines) > 1:
                half = len(lines) // 2
                return self._post(b"".join(lines[:half])) + self._post(b"".join(lines[half:]))
            print(f"{self.sink.name} refuses a line, which is left out there: {error}", flush=True)
            return 1
        return 0

    def _is_away(self, error: AskingError) -> None:
        if not self.delay:
            print(f"{self.sink.name} takes nothing: {error}; it is tried again", flush=True)
        self._told["failure"] = str(error)
        self.delay = min(2 * self.delay, LONGEST_DELAY) or FIRST_DELAY

    def _save(self) -> None:
        write(self._file, {"at": self._at, "told": self._told})


def sinks(settings: Sequence[Mapping[str, Any]], host: Callable[[str], str]) -> list[Sink]:
    """As they are told, where what is None may be left out; `host` asks for the address of a container."""
    return [
        Sink(
            name=it["name"],
            url=it["url"],
            headers={**it["headers"], **_authorization(it.get("token"))},
            classes=it["classes"],
            host=partial(host, it["container"]) if it.get("container") else None,
        )
        for it in settings
    ]


def _authorization(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}

"""Workloads as their handlers take them, and requests that come without a pause."""

from __future__ import annotations

import http.client
import ssl
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.service import HANDLER
from tests.awaiting import until

APP = Path(__file__).parents[1]
"""The folder of the package `app`."""
HEALTH: dict[str, Any] = {
    "path": "/health", "interval": 1.0, "timeout": 10.0, "healthy_after": 1, "unhealthy_after": 2,
    "start_timeout": 60.0,
}  # fmt: skip
REFUSED_SOON = {"start_timeout": 10.0}
"""For a version that never gets well; a busy machine has the time to start it."""
RELEASE: dict[str, Any] = {
    "strategy": "rolling", "smoke_tests": [], "max_smoke_failures_percent": 0, "max_error_percent": None, "watch": 0,
    "max_failed_checks": 3,
}  # fmt: skip
TOKEN = "a-token-that-nobody-sees"


def workload(home: Path, kind: str, name: str, *command: str, **changes: Any) -> dict[str, Any]:
    return {
        "kind": f"local/{kind}", "home": str(home), "stack": "test", "name": name, "retain": False,
        "command": list(command), "directory": str(APP), "environment": {}, "secrets": {}, "volumes": {},
        "stop_timeout": 5.0, "log_retention": 86_400.0, **changes,
    }  # fmt: skip


def service(
    home: Path,
    version: str = "1",
    *,
    release: dict[str, Any] | None = None,
    health: dict[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Two instances of `tests/live/app`; what is neither `instances` nor `sticky_sessions` is a variable."""
    own = {key: changes.pop(key) for key in ("instances", "sticky_sessions", "command") if key in changes}
    program = own.pop("command", [sys.executable, "-m", "app.server"])
    return workload(
        home, "service", "api", *program,
        **{"instances": 2, "sticky_sessions": False, **own},
        environment={"VERSION": version, **changes}, secrets={"TOKEN": TOKEN}, volumes={"notes": "VOLUME_NOTES"},
        health={**HEALTH, **(health or {})}, release={**RELEASE, **(release or {})},
    )  # fmt: skip


def serve(home: Path, version: str = "1", **changes: Any) -> str:
    """Its URL, once it is up."""
    return str(HANDLER.ensure(service(home, version, **changes))[1]["public"]["url"])


def has_taken_the_slow(home: Path) -> bool:
    """Whether an instance works at a request of `/slow`."""
    return (box(home).data / "volumes" / "notes" / "taken").exists()


def box(home: Path, name: str = "api") -> Box:
    return Box(home, "test", name)


def log(home: Path, name: str = "api") -> str:
    return box(home, name).process.log.read_text()


def answers(url: str, count: int = 20) -> Counter[tuple[str, int]]:
    """Who answers: by version and process."""
    with httpx.Client() as visitor:
        told = [visitor.get(f"{url}/version").json() for _ in range(count)]
    return Counter((it["version"], it["process"]) for it in told)


def processes(home: Path, name: str = "api") -> list[psutil.Process]:
    """All that belongs to a box, by its lock."""
    lock = str((box(home, name).path / "lock").resolve())
    return [it for it in psutil.process_iter() if _has_open(it, lock)]


def running(home: Path, name: str, word: str) -> list[int]:
    """The processes of a box that have a word in their command."""
    found = []
    for process in processes(home, name):
        with suppress(psutil.NoSuchProcess):
            found += [process.pid] if word in process.cmdline() else []
    return found


def _has_open(process: psutil.Process, file: str) -> bool:
    try:
        return file in {opened.path for opened in process.open_files()}
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


class Load:
    """Requests from several visitors at once, on connections that stay open, without a second try."""

    def __init__(self, url: str, path: str = "/version", visitors: int = 4, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._port = int(url.rpartition(":")[2])
        self._path = path
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(visitors)]
        self.answered = 0
        self.failed: list[str] = []

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def reach(self, answered: int) -> None:
        """Returns when so many were answered."""
        until(lambda: self.answered + len(self.failed) >= answered, 300)

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(LOOPBACK, self._port, timeout=20, context=self._tls)
        return http.client.HTTPConnection(LOOPBACK, self._port, timeout=20)

    def _visit(self) -> None:
        connection = self._connection()
        while not self._over.is_set():
            try:
                connection.request("GET", self._path)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                connection.close()
                continue
            if answer.status == 200:
                self.answered += 1
            else:
                self.failed.append(str(answer.status))
        connection.close()

"""What the tests of the collector share: a sink that answers what it is told to, a clock, a log that grows."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from infra_kit.providers.common.log_collector.collector import Collector, Settings
from infra_kit.providers.common.log_collector.lines import Said
from infra_kit.providers.common.log_collector.sources import Position, Source

MIDDAY = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0


class PlainLog(Source):
    def __init__(self, path: Path, position: Position | None) -> None:
        super().__init__(path, position)

    def said(self, line: bytes) -> Said | None:
        return Said("api", "api-1", line.decode(), "2026-03-01T12:00:00Z")


class Clock:
    def __init__(self) -> None:
        self.now = MIDDAY

    def __call__(self) -> float:
        return self.now


class Taken:
    """A sink: what was posted to it, and what it answers."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[bytes], int] = lambda _: 200
        self.url = ""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for body in self.bodies for line in body.splitlines()]

    @property
    def messages(self) -> list[str]:
        return [str(line["message"]) for line in self.lines]


@contextmanager
def sink() -> Iterator[Taken]:
    taken = Taken()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = taken.answer(body)
            if status == 200:
                taken.bodies.append(body)
                taken.headers.append(dict(self.headers.items()))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"because")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as its base has it
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        taken.url = f"http://127.0.0.1:{server.server_port}/ingest?x=y"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield taken
        server.shutdown()


CLASSES = {
    "application": {"keep": 30, "here": 30, "archived": False},
    "audit": {"keep": 2555, "here": 30, "archived": False},
}


def collector(
    folder: Path,
    clock: Clock,
    *logs: Path,
    url: str = "",
    classes: Any = CLASSES,
    shipped: Sequence[str] = ("application", "audit"),
    bucket: Any = None,
) -> Collector:
    """One that has begun, and found its sources."""
    to = {"name": "sink", "url": url, "headers": {"X-Org": "acme"}, "token": "hush", "classes": shipped}
    sinks = [{**to, "container": None}] if url else []
    told = {"classes": classes, "sinks": sinks, "bucket": bucket, "prefix": "shop/production/logs"}
    settings = Settings.of("generation-1", told, host=str)
    folder.mkdir(exist_ok=True)
    made = Collector(folder, settings, lambda: {str(log): partial(PlainLog, log) for log in logs}, clock)
    made.begin()
    made.look()
    return made


def gather(it: Collector) -> None:
    """All that is there."""
    while it.gather():
        pass


def said(folder: Path, of: str = "application") -> list[str]:
    """What is kept of a class."""
    files = sorted((folder / of).glob("*.ndjson"))
    return [json.loads(line)["message"] for file in files for line in file.read_text().splitlines()]


def date_of(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()

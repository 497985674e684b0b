"""The HTTP half: `python -m app.server`. On SIGTERM it answers what it has begun, then ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
Page = Callable[[Mapping[str, str], Mapping[str, str]], Answer]
"""Of what was asked, and by which headers."""
VERSION = os.environ.get("VERSION", "none")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Headers and body go out together: apart, the second waits 40 ms for the first to be acknowledged."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/socket":
            self.echo()
            return
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        page: Page = PAGES.get(parts.path, nothing)
        self.answer(*page(asked, dict(self.headers)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        match self.path:
            case "/notes":
                (Path(os.environ["VOLUME_NOTES"]) / "note").write_text(body)
                self.answer(201, {})
            case "/leads":
                self.answer(201, take(json.loads(body)["company"]))
            case _:
                self.answer(404, {})

    def answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def echo(self) -> None:
        """A websocket as far as a proxy sees it: an upgrade, then bytes in both directions."""
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.wfile.flush()
        self.close_connection = True
        while data := self.connection.recv(1024):
            self.connection.sendall(data)

    def log_message(self, *of: Any) -> None:
        """The requests are not logged."""


def health(*_: Any) -> Answer:
    """Never well with HEALTHY=no; the process that a file `sick` names, or all, is not well any more."""
    sick = Path(os.environ.get("VOLUME_NOTES", "/nowhere")) / "sick"
    is_sick = sick.exists() and sick.read_text() in (str(os.getpid()), "all")
    return (500 if is_sick or os.environ.get("HEALTHY") == "no" else 200), {}


def version(*_: Any) -> Answer:
    return 200, {"version": VERSION, "process": os.getpid()}


def slow(asked: Mapping[str, str], _: Any) -> Answer:
    (Path(os.environ["VOLUME_NOTES"]) / "taken").touch()
    time.sleep(float(asked["seconds"]))
    return 200, {"version": VERSION}


def error(*_: Any) -> Answer:
    return (500 if os.environ.get("ERRORS") else 200), {}


def seen(_: Any, headers: Mapping[str, str]) -> Answer:
    return 200, {"headers": headers, "variables": dict(os.environ)}


def note(*_: Any) -> Answer:
    file = Path(os.environ["VOLUME_NOTES"]) / "note"
    return 200, {"note": file.read_text() if file.exists() else None}


def leads(*_: Any) -> Answer:
    from .stores import database

    with database() as connection:
        rows = connection.execute("SELECT company, scored FROM leads ORDER BY id").fetchall()
    return 200, [{"company": company, "scored": scored} for company, scored in rows]


def refusals(*_: Any) -> Answer:
    from .stranger import refusals

    return 200, refusals()


def nothing(*_: Any) -> Answer:
    return 404, {}


PAGES: dict[str, Page] = {
    "/health": health, "/version": version, "/slow": slow, "/error": error, "/seen": seen, "/notes": note,
    "/leads": leads, "/refusals": refusals,
}  # fmt: skip


def take(company: str) -> dict[str, Any]:
    """A lead goes into all four stores."""
    from .stores import bucket, cache, database, files

    with database() as connection:
        row = connection.execute("INSERT INTO leads (company) VALUES (%s) RETURNING id", [company]).fetchone()
    number = row[0] if row else 0
    with cache() as client:
        seen = client.incr("leads")
    files().put_object(Bucket=bucket(), Key=f"leads/{number}.txt", Body=company.encode())
    asyncio.run(publish(number))
    return {"id": number, "seen": seen}


async def publish(number: int) -> None:
    from .stores import events

    async with events() as bus:
        await bus.publish("lead.created", json.dumps({"id": number}).encode())


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = False


def main() -> None:
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"version {VERSION} listens", flush=True)
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    print(f"version {VERSION} ends", flush=True)


if __name__ == "__main__":
    main()

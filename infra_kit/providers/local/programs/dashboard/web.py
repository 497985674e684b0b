"""Serves the page, on the loopback alone.

A page of somebody else's, open in the same browser, may have its own name lead to this machine and then read what
stands here (DNS rebinding): so only requests that call it by this machine's own name are answered.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs.dashboard.page import HOURS, page
from infra_kit.providers.local.programs.dashboard.store import Store
from infra_kit.providers.local.programs.dashboard.wanted import Wanted
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.servers.dashboard import GENERATION

FILES = {"/page.css": "text/css", "/page.js": "text/javascript"}
SECONDS = 10
"""That a visitor may take to ask."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@contextmanager
def serving(told: Told, wanted: Wanted) -> Iterator[None]:
    """The page answers while this is entered."""
    server = _Server(told, wanted)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, told: Told, wanted: Wanted) -> None:
        self.told, self.wanted = told, wanted
        port = told.box.record.ports[0]
        self.names = frozenset({f"{LOOPBACK}:{port}", f"localhost:{port}"})
        super().__init__((LOOPBACK, port), _Visit)


class _Visit(BaseHTTPRequestHandler):
    server: _Server
    timeout = SECONDS
    server_version, sys_version = "infra-kit", ""

    def do_GET(self) -> None:
        if self.headers.get("Host") not in self.server.names:
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", f"This is http://{min(self.server.names)}/.\n")
            return
        address = urlsplit(self.path)
        if address.path == "/":
            self._answer(HTTPStatus.OK, "text/html", self._page(parse_qs(address.query)))
        elif address.path == GENERATION:
            self._answer(HTTPStatus.OK, "text/plain", self.server.told.generation)
        elif address.path in FILES:
            text = resources.files(__package__).joinpath(address.path[1:]).read_text()
            self._answer(HTTPStatus.OK, FILES[address.path], text)
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "There is one page, at /.\n")

    def do_HEAD(self) -> None:
        self.do_GET()

    def _page(self, query: Mapping[str, list[str]]) -> str:
        asked = query.get("hours", [""])[0]
        hours = int(asked) if asked in map(str, HOURS) else HOURS[0]
        return page(self.server.wanted, self.server.told.box.data / Store.FILE, hours)

    def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        """Nothing: the log is for what goes wrong."""

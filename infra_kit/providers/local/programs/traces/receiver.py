"""The server: takes spans, shows traces.

What asks by another name than this machine's is refused: a page of somebody else's, whose name leads here (DNS
rebinding). One that a browser may send without asking first (`text/plain`) is no OTLP.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.programs.traces import otlp, pages
from infra_kit.providers.local.programs.traces.forwarder import Forwarder, Sent
from infra_kit.providers.local.programs.traces.otlp import JSON, PROTOBUF, UnreadableError
from infra_kit.providers.local.programs.traces.store import Store

OF_A_COMPONENT = re.compile(r"/([a-z0-9-]+)/v1/traces")
ONE = re.compile(r"/traces/([0-9a-f]{32})(\.json)?")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, store: Store, forwarders: Mapping[str, Forwarder]) -> None:
        self.store, self.forwarders = store, forwarders
        super().__init__((LOOPBACK, port), Handler)

    @property
    def names(self) -> frozenset[str]:
        """By which it may be asked."""
        return frozenset(f"{host}:{self.server_address[1]}" for host in (LOOPBACK, "localhost"))


class Handler(BaseHTTPRequestHandler):
    server: Receiver
    protocol_version = "HTTP/1.1"
    timeout = 30
    """Seconds that a connection may say nothing."""

    def do_GET(self) -> None:
        if not self._is_for_us():
            return
        path = urlsplit(self.path).path
        one = ONE.fullmatch(path)
        if one:
            self._show_one(*one.groups())
        elif path == "/":
            self._page(pages.latest(self.server.store.latest()))
        elif path == "/traces.json":
            self._json([dataclasses.asdict(it) for it in self.server.store.latest()])
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "there is /, /traces.json, /traces/<id> and /traces/<id>.json")

    def do_POST(self) -> None:
        # What is not read to its end is the next request's beginning.
        self.close_connection = True
        of, kind = OF_A_COMPONENT.fullmatch(self.path), self.headers.get_content_type()
        length = self.headers.get("Content-Length", "")
        if not self._is_for_us():
            return
        if not of:
            self._refuse(HTTPStatus.NOT_FOUND, "traces are taken at /<component>/v1/traces, and nothing else is")
        elif kind not in {JSON, PROTOBUF}:
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{PROTOBUF} and {JSON} are taken")
        elif not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "say Content-Length")
        elif int(length) > otlp.MOST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {otlp.MOST_BYTES} bytes are taken at once")
        else:
            body = self.rfile.read(int(length))
            self._take(of[1], Sent(body, kind, self.headers.get("Content-Encoding", "").lower()))

    def _take(self, component: str, sent: Sent) -> None:
        try:
            spans = otlp.read(otlp.unpacked(sent.body, sent.encoding), sent.kind)
        except UnreadableError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
            return
        self.server.store.keep(spans)
        if component in self.server.forwarders:
            self.server.forwarders[component].hand_on(sent)
        self.close_connection = False
        self._answer(HTTPStatus.OK, sent.kind, otlp.answer(sent.kind))

    def _show_one(self, trace: str, as_json: str | None) -> None:
        spans = self.server.store.trace(trace)
        if not spans:
            self._refuse(HTTPStatus.NOT_FOUND, f"the trace {trace} is not known, or was forgotten for newer ones")
        elif as_json:
            self._json([dataclasses.asdict(it) for it in spans])
        else:
            self._page(pages.one(trace, spans))

    def _is_for_us(self) -> bool:
        if self.headers.get("Host", "") in self.server.names:
            return True
        self._refuse(HTTPStatus.MISDIRECTED_REQUEST, f"ask by one of {', '.join(sorted(self.server.names))}")
        return False

    def _page(self, text: str) -> None:
        self._answer(HTTPStatus.OK, "text/html; charset=utf-8", text.encode())

    def _json(self, value: Any) -> None:
        self._answer(HTTPStatus.OK, JSON, json.dumps(value).encode())

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        self._answer(status, "text/plain; charset=utf-8", f"{why}\n".encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """A line a request would fill the log."""

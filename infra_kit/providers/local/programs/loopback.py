"""Servers of ours that answer browsers on this machine.

What asks by another name than this machine's is refused: a page of somebody else's, open in the same browser, may have
its own name lead here, and would then read what stands here (DNS rebinding).
"""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from infra_kit.panel.headers import HEADERS, KEPT_NOWHERE, NOTHING_ELSE
from infra_kit.providers.local.ports import LOOPBACK

PLAIN, HTML = (f"text/{kind}; charset=utf-8" for kind in ("plain", "html"))


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, visit: type[Visit]) -> None:
        super().__init__((LOOPBACK, port), visit)

    @property
    def names(self) -> frozenset[str]:
        """By which it may be asked."""
        return frozenset(f"{host}:{self.server_address[1]}" for host in (LOOPBACK, "localhost"))


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "infra-kit", ""
    timeout = 30
    """Seconds that it may say nothing."""
    POLICY: ClassVar[str]
    """What a page may do and load: `Content-Security-Policy`, beyond nothing."""

    def get(self, address: SplitResult) -> None:
        """Answers who asks for an address."""
        self.refuse(HTTPStatus.NOT_FOUND, f"there is no {address.path}")

    def post(self) -> None:
        """Takes what is sent. The connection ends with it, unless it says that it has read all of it: the rest would be
        the next request's beginning."""
        self.refuse(HTTPStatus.METHOD_NOT_ALLOWED, "nothing is taken here")

    def do_GET(self) -> None:
        if self._is_for_us():
            self.get(urlsplit(self.path))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.close_connection = True
        if self._is_for_us():
            self.post()

    def _is_for_us(self) -> bool:
        if self.headers.get("Host", "") in self.server.names:
            return True
        self.refuse(HTTPStatus.MISDIRECTED_REQUEST, f"ask by one of {', '.join(sorted(self.server.names))}")
        return False

    def refuse(self, status: HTTPStatus, why: str) -> None:
        self.close_connection = True
        self.answer(status, PLAIN, f"{why}\n".encode())

    def answer(self, status: HTTPStatus, kind: str, body: bytes, *, policy: str | None = None) -> None:
        """With another `policy` than all else has, where it is said."""
        allowed = f"{NOTHING_ELSE}; form-action 'none'; {policy or self.POLICY}"
        own = {"Content-Security-Policy": allowed, "Content-Type": kind, "Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in {**HEADERS, **KEPT_NOWHERE, **own}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """A line a request would fill the log."""

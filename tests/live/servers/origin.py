"""A host behind the Cdn or the gateway, as real as the tests need it."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Origin(ThreadingHTTPServer):
    """A host that tells what it was asked, and can be told how to answer."""

    daemon_threads = True

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.answers_with: dict[str, str] = {}
        self.body: bytes | None = None
        self.status = 200
        self.goes_on = threading.Event()
        """Cleared, requests are taken and not answered."""
        self.goes_on.set()
        self.url = f"{'https' if tls else 'http'}://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Origin

    def do_GET(self) -> None:
        self.server.requests.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.goes_on.wait(60)
        body = self.server.body or (f"answer {len(self.server.requests)} " + "x" * 1000).encode()
        self.send_response(self.server.status)
        told = {"Content-Type": "text/html", "Content-Length": str(len(body)), **self.server.answers_with}
        for name, value in told.items():
            self.send_header(name, value)
        # One connection a request: a stopped origin then is down, not half there.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    do_POST = do_PUT = do_OPTIONS = do_GET  # noqa: N815  its parent's form

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        pass

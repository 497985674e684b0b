"""A stand-in for OpenSearch: as much of its HTTP API as a Search's calls need, and it checks who asks."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USER, PASSWORD = "admin", "the-password"


@dataclass
class OpenSearch:
    """What it holds, and what it was asked."""

    port: int = 0
    indexes: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    """Roles and users, by path."""
    asked: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["green"])
    """Of its health, one an answer; the last one stays."""
    refuses: str = ""
    """The method that it answers with a conflict where users and roles are concerned."""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if path == "/_cluster/health":
            return 200, {"status": self.states.pop(0) if len(self.states) > 1 else self.states[0]}
        kind = path.removeprefix("/_plugins/_security/api/").partition("/")[0]
        if path.startswith("/_plugins") and method == "GET":
            return 200, {it.rpartition("/")[2]: user for it, user in self.kept.items() if f"/{kind}/" in it}
        if path.startswith("/_plugins"):
            return self._keep(method, path, body)
        index, _, part = path.removeprefix("/").partition("/")
        return self._index(method, index, part, body)

    def _keep(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == self.refuses:
            return 409, {"status": "CONFLICT"}
        if method == "DELETE":
            there = self.kept.pop(path, None)
            return (200, {"status": "OK"}) if there else (404, {"status": "NOT_FOUND"})
        self.kept[path] = body
        return 201, {"status": "CREATED"}

    def _index(self, method: str, index: str, part: str, body: Any) -> tuple[int, Any]:
        if not part:
            if index in self.indexes:
                return 400, {"error": {"type": "resource_already_exists_exception"}}
            self.indexes[index] = body
            return 200, {"acknowledged": True}
        if method == "GET":
            return 200, {index: {"mappings": self.indexes[index]["mappings"]}}
        if "index" not in body and body.get("properties", {}).get("pay", {}).get("type") == "broken":
            return 400, {"error": {"type": "illegal_argument_exception"}}
        self.indexes[index].update({"mappings": body} if part == "_mapping" else body)
        return 200, {"acknowledged": True}


@contextmanager
def standing(trusted: ssl.SSLContext | None = None) -> Iterator[OpenSearch]:
    """One on a free port of this machine. `trusted`: it speaks TLS."""
    it = OpenSearch()
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = self.headers["Authorization"] == wanted
            status, said = it.answer(self.command, self.path, json.loads(text or "null")) if known else (401, {})
            body = json.dumps(said, separators=(",", ":")).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if trusted:
        server.socket = trusted.wrap_socket(server.socket, server_side=True)
    it.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

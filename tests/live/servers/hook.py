"""Alerts as their handler wants them, and who is told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.box import Box

SECRET = "T000-B000-s3cr3t"
PATH = f"/services/{SECRET}"


class Hook(ThreadingHTTPServer):
    """Takes what is told, and can be told how to answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[dict[str, Any]] = []
        self.tried = 0
        self.status = 200
        self.answers = threading.Event()
        """Cleared, it takes requests and says nothing."""
        self.answers.set()
        self.url = f"http://127.0.0.1:{self.server_port}{PATH}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def heard(self) -> list[tuple[str, str, str]]:
        return [(it["status"], it["rule"], it["component"]) for it in self.told]


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tried += 1
        self.server.answers.wait(30)
        if self.server.status == 200:
            self.server.told.append(body)
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its parent's name
        pass


def rule(
    component: str, signal: str = "uptime", *, below: float | None = 100.0, lasting: float = 1.0, **changes: Any
) -> dict[str, Any]:
    """For a component. Numbers are floats, and nothing is None, as the engine hands them to a provider."""
    says = f"{signal} < {below} % for {lasting:g}s"
    told = {"name": "down", "component": component, "signal": signal, "below": below, "lasting": lasting}
    made = {**told, "level": "P0", "told": "P0", "says": says, "unit": "%", **changes}
    return {key: value for key, value in made.items() if value is not None}


def alerts(home: Path, watched: dict[str, str], rules: list[dict[str, Any]], **changes: Any) -> Props:
    """Args: `watched`, by component its kind."""
    return {
        "kind": "local/alerts", "home": str(home), "stack": "test", "name": "alerts", "retain": False,
        "app": "shop", "every": 1.0, "rules": rules, "routes": {},
        "watched": {name: {"kind": kind, "servers": [name]} for name, kind in watched.items()}, **changes,
    }  # fmt: skip


def box(home: Path, name: str = "alerts") -> Box:
    return Box(home, "test", name)


def standing(home: Path) -> dict[str, Alert]:
    """By rule and component."""
    return {f"{it.rule} {it.component}": it for it in alerts_file.read(box(home)).alerts}


def log(home: Path) -> str:
    return box(home).process.log.read_text()

"""The web server of a Panel."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import infra_kit.panel
from infra_kit._dynamic import Props
from infra_kit.panel.passwords import hashed
from infra_kit.providers.local import ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.own_server import TOLD, OwnServer

SERVES = "serves"
"""The file in which it tells what it goes by, once it listens."""


class PanelServer(OwnServer):
    KIND = "local/panel"
    PROGRAM = "panel"
    PORTS = 1
    SECRETS = ("password", "salt")

    def told(self, props: Props) -> dict[str, Any]:
        return {key: props[key] for key in ("facts", "servers", "plan", "username")}

    def write(self, box: Box, record: Record, props: Props) -> None:
        """Of the password it gets what cannot be turned back."""
        own = {"port": record.ports[0], "hash": hashed(record.secrets["password"], record.secrets["salt"])}
        box.write(TOLD, json.dumps({**self.told(props), **own}, indent=1))

    def version(self, box: Box) -> str:
        return f"{super().version(box)} {_application()}"

    def goes_by(self, box: Box) -> str:
        file = box.path / SERVES
        listens = file.exists() and ports.answers(box.record.ports[0])
        return file.read_text() if listens else ""

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        public = {"url": f"http://{LOOPBACK}:{record.ports[0]}", "username": props["username"]}
        return public, {"password": record.secrets["password"]}


def _application() -> str:
    """Tells builds of the application apart."""
    files = sorted(it for it in Path(infra_kit.panel.__path__[0]).rglob("*") if it.suffix in {".py", ".html"})
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


HANDLER = PanelServer()

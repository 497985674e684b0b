"""The server of a Mailer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from infra_kit._dynamic import Props
from infra_kit.providers.local import listens_file, ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.own_server import TOLD, OwnServer

USERNAME = "app"


class MailerServer(OwnServer):
    KIND = "local/mailer"
    PORTS = 2
    SECRETS = ("password",)
    PROGRAM = "mailer"

    def told(self, props: Props) -> dict[str, Any]:
        return {"domain": props["domain"], "username": USERNAME}

    def write(self, box: Box, record: Record, props: Props) -> None:
        port, page = record.ports
        own = {"port": port, "page": page, "password": record.secrets["password"]}
        box.write(TOLD, json.dumps({**self.told(props), **own}, indent=1))

    def goes_by(self, box: Box) -> str:
        return listens_file.read(box)

    def is_ready(self, box: Box, record: Record) -> bool:
        return super().is_ready(box, record) and all(ports.answers(port) for port in record.ports)

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, page = record.ports
        password = record.secrets["password"]
        public = {"host": LOOPBACK, "port": port, "username": USERNAME, "inbox": f"http://{LOOPBACK}:{page}"}
        return public, {"password": password, "url": f"smtp://{USERNAME}:{quote(password, safe='')}@{LOOPBACK}:{port}"}


HANDLER = MailerServer()

"""The server of an Auth."""

from __future__ import annotations

import hmac
import json
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local import listens_file, ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.own_server import TOLD, OwnServer

USERNAME = "admin"


class AuthServer(OwnServer):
    KIND = "local/auth"
    PORTS = 1
    SECRETS = ("password", "clients")
    PROGRAM = "auth"

    def told(self, props: Props) -> dict[str, Any]:
        asked = ("sign_up", "groups", "access_seconds", "refresh_seconds", "password_length")
        return {"username": USERNAME, **{key: props[key] for key in asked}}

    def write(self, box: Box, record: Record, props: Props) -> None:
        clients = {
            name: {**client, "id": name, "secret": secret_of(record, name) if client["secret"] else ""}
            for name, client in props["clients"].items()
        }
        own = {"port": record.ports[0], "password": record.secrets["password"], "clients": clients}
        box.write(TOLD, json.dumps({**self.told(props), **own}, indent=1))

    def goes_by(self, box: Box) -> str:
        return listens_file.read(box)

    def is_ready(self, box: Box, record: Record) -> bool:
        return super().is_ready(box, record) and ports.answers(record.ports[0])

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        issuer = f"http://{LOOPBACK}:{record.ports[0]}"
        known = [name for name, client in props["clients"].items() if client["secret"]]
        public = {"issuer": issuer, "client_ids": {name: name for name in props["clients"]}, "username": USERNAME}
        secrets = {name: secret_of(record, name) for name in known}
        return public, {"password": record.secrets["password"], "client_secrets": secrets}


def secret_of(record: Record, client: str) -> str:
    """The same for as long as the box stands, whatever other clients come and go."""
    return hmac.digest(record.secrets["clients"].encode(), client.encode(), "sha256").hex()


HANDLER = AuthServer()

"""The checker of Alerts."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.own_server import OwnServer

TOLD = ("app", "every", "watched", "rules", "routes", "smtp")


class AlertsServer(OwnServer):
    KIND = "local/alerts"
    PROGRAM = "alerts"

    def told(self, props: Props) -> dict[str, Any]:
        return {key: props.get(key) for key in TOLD}

    def goes_by(self, box: Box) -> str:
        return alerts_file.read(box).generation

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"url": alerts_file.file(box).as_uri()}, {}


HANDLER = AlertsServer()

"""What gathers the lines of Logs."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.common.log_collector import state
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.own_server import OwnServer

TOLD = ("of", "classes", "sinks", "bucket", "prefix")


class LogsServer(OwnServer):
    KIND = "local/logs"
    PROGRAM = "logs"

    def told(self, props: Props) -> dict[str, Any]:
        return {key: props.get(key) for key in TOLD}

    def goes_by(self, box: Box) -> str:
        return str((state.read(box.data / "report.json") or {}).get("generation"))

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"url": box.data.as_uri()}, {}


HANDLER = LogsServer()

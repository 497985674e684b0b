"""The receiver of Traces."""

from __future__ import annotations

import json
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local import listens_file, ports
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.own_server import TOLD, OwnServer


class TracesServer(OwnServer):
    KIND = "local/traces"
    PORTS = 1
    PROGRAM = "traces"

    def told(self, props: Props) -> dict[str, Any]:
        return {"sinks": props["sinks"]}

    def write(self, box: Box, record: Record, props: Props) -> None:
        box.write(TOLD, json.dumps({**self.told(props), "port": record.ports[0]}, indent=1))

    def goes_by(self, box: Box) -> str:
        return listens_file.read(box)

    def is_ready(self, box: Box, record: Record) -> bool:
        return super().is_ready(box, record) and ports.answers(record.ports[0])

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"url": f"http://{LOOPBACK}:{record.ports[0]}"}, {}


HANDLER = TracesServer()

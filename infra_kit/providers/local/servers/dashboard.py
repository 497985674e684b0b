"""The page of a Dashboard."""

from __future__ import annotations

import http.client
from contextlib import closing
from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.own_server import OwnServer

TOLD = ("title", "every", "shown", "rows", "links", "alerts")
GENERATION = "/generation"
"""Where it tells which version of what it is told it goes by."""
SECONDS = 2.0


class DashboardServer(OwnServer):
    KIND = "local/dashboard"
    PROGRAM = "dashboard"
    PORTS = 1

    def told(self, props: Props) -> dict[str, Any]:
        return {key: props.get(key) for key in TOLD}

    def goes_by(self, box: Box) -> str:
        """Asked of the page itself."""
        with closing(http.client.HTTPConnection(LOOPBACK, box.record.ports[0], timeout=SECONDS)) as connection:
            try:
                connection.request("GET", GENERATION)
                return connection.getresponse().read(64).decode(errors="replace")
            except (OSError, http.client.HTTPException):
                return ""

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"url": f"http://{LOOPBACK}:{record.ports[0]}/"}, {}


HANDLER = DashboardServer()

"""The visitor of an Uptime."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local import uptime_file
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers.own_server import OwnServer


class UptimeServer(OwnServer):
    KIND = "local/uptime"
    PROGRAM = "uptime"

    def told(self, props: Props) -> dict[str, Any]:
        return {"address": props["address"], "checks": props["checks"]}

    def goes_by(self, box: Box) -> str:
        return uptime_file.read(box).generation

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"url": uptime_file.file(box).as_uri()}, {}


HANDLER = UptimeServer()

"""A Service: n instances of a program behind an nginx."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import nginx
from infra_kit.providers.local.servers.supervised import Supervised


class ServiceServer(Supervised):
    KIND = "local/service"

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        return {
            "instances": int(props["instances"]),
            "health": {**props["health"]},
            "release": {**props["release"]},
            "edge": {"program": str(nginx.program()), "port": record.ports[0], "sticky": props["sticky_sessions"]},
        }

    def work_seconds(self, props: Props) -> float:
        """Instances one after the other, each well before an old one ends; once more where that is taken back."""
        release, health = props["release"], props["health"]
        each = float(health["start_timeout"]) + 2 * float(props["stop_timeout"])
        tried = float(health["timeout"])
        return 2 * float(props["instances"]) * each + tried + float(release["watch"])

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port = record.ports[0]
        return {"url": f"http://{LOOPBACK}:{port}", "host": LOOPBACK, "port": port}, {}


HANDLER = ServiceServer()

"""A Worker: n instances of a program that nothing connects to."""

from __future__ import annotations

from typing import Any

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers.supervised import Supervised


class WorkerServer(Supervised):
    KIND = "local/worker"
    PORTS = 0

    def wanted(self, box: Box, record: Record, props: Props) -> dict[str, Any]:  # noqa: ARG002
        backlog = props.get("backlog")
        return {
            "instances": int(props["instances"]),
            "backlog": {**backlog, "monitor": _monitor(box, backlog["monitor"])} if backlog else None,
        }

    def work_seconds(self, props: Props) -> float:
        return 2 * (float(props["instances"]) + 1) * (1 + 2 * float(props["stop_timeout"]))

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        return {"log": str(box.process.log)}, {}


def _monitor(box: Box, bus: str) -> str:
    """Where the bus tells what waits: names and counts, which ask for no password on this machine."""
    found = Box(box.home, box.stack, bus)
    if not found.exists:
        raise ServerError(f"{box.name}: the bus {bus!r} is not there. Run `infra-kit up` once more.")
    return f"http://{LOOPBACK}:{found.record.ports[1]}"


HANDLER = WorkerServer()

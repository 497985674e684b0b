"""What the planner says of a stack, brought to its Panel on a VPS once it runs: into a volume of the container's own.
It is no part of the stack."""

from __future__ import annotations

from infra_kit.errors import ToolError
from infra_kit.providers.common.standing import Standing
from infra_kit.providers.vps.standing_containers import host_name, on_the_host
from infra_kit.providers.vps.tunnels import CONTAINER

FOLDER = "/plan"
"""The image has it, and it is its user's (`infra_kit/panel/container/Dockerfile`)."""
FILE = f"{FOLDER}/plan.json"
PUT = f"cat >{FILE}.new && mv {FILE}.new {FILE}"
"""Whoever reads it meanwhile reads all of one."""


def bring(panel: Standing, plan: str) -> None:
    """Has the page show it. Raises `ToolError`."""
    server = next((it for it in panel.own if it["type"] == CONTAINER and host_name(it)), None)
    if server is None:
        raise ToolError(f"{panel.what}: its container is not in the stack's state. Run infra-kit up.")
    on_the_host(panel, ["docker", "exec", "-i", str(server["id"]), "sh", "-c", PUT], plan)

"""The options of Google Cloud that a stack sets under `infra-kit:gcp`."""

from __future__ import annotations

from infra_kit.settings import Settings


class GcpSettings(Settings):
    connect: bool = False
    """Make what `infra-kit connect` needs to lead from outside to what is private: see `tunnel.py`. It costs nothing
    while nobody connects."""
    project: str | None = None
    """The project's id. Default: Pulumi's own (`gcp:project`, the environment)."""

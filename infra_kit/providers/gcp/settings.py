"""The options of Google Cloud that a stack sets under `infra-kit:gcp`."""

from __future__ import annotations

from infra_kit.settings import Settings


class GcpSettings(Settings):
    project: str | None = None
    """The project's id. Default: Pulumi's own (`gcp:project`, the environment)."""

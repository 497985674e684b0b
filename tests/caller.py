"""The environment of what tests start."""

from __future__ import annotations

import os
from pathlib import Path

SETTINGS_OF_THE_CALLER = ("STACK", "PULUMI_", "INFRA_KIT_")


def environment(cli: Path, **more: str) -> dict[str, str]:
    """The caller's, without their own settings of stacks; with the CLI of that folder.

    Without `PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION`, each run of the engine would ask the internet for the plugins
    of all SDKs that are installed, though no stack of these tests uses one.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(SETTINGS_OF_THE_CALLER)}
    path = f"{cli}{os.pathsep}{os.environ['PATH']}"
    return inherited | {"PATH": path, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"} | more

"""The environment of what tests start."""

from __future__ import annotations

import os
from pathlib import Path

SELDOM_COLLECTED = {"GOGC": "400"}
"""Of Go's garbage collector: a tenth of the time of each run of the engine, none of whose plugins here is in Go."""
SETTINGS_OF_THE_CALLER = ("STACK", "PULUMI_", "INFRA_KIT_")
WITHOUT_PLUGINS = {
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PYTHONPATH": os.pathsep.join(
        [str(Path(__file__).with_name("without_plugins")), *filter(None, [os.environ.get("PYTHONPATH")])]
    ),
}
"""Each run of the engine asks pip which of the packages that are installed have plugins, and the internet for these. No
stack of these tests uses one: pip's answer, a fifth of a second, is an empty list, and nobody is asked."""


def environment(cli: Path, **more: str) -> dict[str, str]:
    """The caller's, without their own settings of stacks; with the CLI of that folder."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(SETTINGS_OF_THE_CALLER)}
    path = f"{cli}{os.pathsep}{os.environ['PATH']}"
    return inherited | {"PATH": path} | SELDOM_COLLECTED | WITHOUT_PLUGINS | more

"""`receives.json` in the box of Traces: which version of what it is told its receiver goes by."""

from __future__ import annotations

import json

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box


def read(box: Box) -> str:
    """Empty before the receiver first listened."""
    try:
        return str(json.loads((box.path / "receives.json").read_text())["generation"])
    except FileNotFoundError:
        return ""


def write(box: Box, generation: str) -> None:
    home.write_private(box.path / "receives.json", json.dumps({"generation": generation}), box.user)

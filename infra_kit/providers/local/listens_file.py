"""`listens.json` in the box of a program that takes something (Traces, a Mailer): which version of what it is told it
goes by."""

from __future__ import annotations

import json

from infra_kit.providers.local import home
from infra_kit.providers.local.box import Box


def read(box: Box) -> str:
    """Empty before the program first listened."""
    try:
        return str(json.loads((box.path / "listens.json").read_text())["generation"])
    except FileNotFoundError:
        return ""


def write(box: Box, generation: str) -> None:
    home.write_private(box.path / "listens.json", json.dumps({"generation": generation}), box.user)

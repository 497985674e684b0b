"""Configurations that links add to while the server runs: a template, and what `scripts/compose.sh` puts into it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from infra_kit.providers.vps.scripts import script

CONF = "/data/links"
"""The folder, in the server's volume, of what links added and of the configuration itself."""


def listed(items: Sequence[object], kind: str) -> str:
    """A list in JSON, which begins with a line that stands for what links add of a kind."""
    return f"[\n@{kind}@\n" + ",\n".join(json.dumps(item) for item in items) + "\n]"


def scripts() -> dict[str, str]:
    """Among the server's files."""
    return {name: script(name) for name in ("compose.sh", "composed.sh")}

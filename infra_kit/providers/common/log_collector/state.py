"""Small files of JSON, each written whole or not at all, for their owner alone."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def read(file: Path) -> dict[str, Any] | None:
    """None before it was first written."""
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return None


def write(file: Path, value: Any) -> None:
    fresh = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(value, opened, indent=1)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)

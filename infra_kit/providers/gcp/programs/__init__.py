"""What runs inside of Cloud Run jobs of ours: Python's own library alone, nothing of infra_kit. `google` stands before
each of the others."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent


def text(name: str) -> str:
    """A program as one file, e.g. `copies`."""
    shared, own = ((_HERE / f"{it}.py").read_text() for it in ("google", name))
    return shared + re.sub(r"(?m)^from (__future__|infra_kit\.\S+) import .*\n", "", own)

"""What runs inside of Cloud Run jobs of ours: Python's own library alone, nothing of infra_kit. What one takes
from the others stands before it."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent
_USES = {"copies": ("google", "vault"), "drills": ("google", "vault", "rdb")}


def text(name: str) -> str:
    """A program as one file, e.g. `copies`."""
    text = "".join((_HERE / f"{it}.py").read_text() for it in (*_USES[name], name))
    head = "from __future__ import annotations\n"
    return head + re.sub(r"(?m)^from (__future__|infra_kit\.\S+) import (\([^)]*\)|.*)\n", "", text)

"""What runs inside of Cloud Run jobs of ours: Python's own library alone, nothing of infra_kit. What one takes
from the others stands before it. But for `servers`, which is packed with what it imports: see `event_bus_setup`."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent
_USES = {"copies": ("google", "vault"), "drills": ("google", "vault", "rdb")}


def file(name: str) -> Path:
    """Where a program stands."""
    return _HERE / f"{name}.py"


def text(name: str) -> str:
    """A program as one file, e.g. `copies`."""
    text = "".join(file(it).read_text() for it in (*_USES[name], name))
    head = "from __future__ import annotations\n"
    return head + re.sub(r"(?m)^from (__future__|infra_kit\.\S+) import (\([^)]*\)|.*)\n", "", text)

"""What runs inside of Cloud Run jobs of ours: Python's own library alone, nothing of infra_kit. What one takes
from the others stands before it. But for `servers`, which is packed with what it imports: see `event_bus_setup`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra_kit.providers.common import opensearch_setup

_HERE = Path(__file__).parent


def file(name: str) -> Path:
    """Where a program stands."""
    return _HERE / f"{name}.py"


_SETUP = Path(str(opensearch_setup.__file__))
_USES: Mapping[str, Sequence[Path]] = {
    "copies": (file("google"), file("vault")),
    "drills": (file("google"), file("vault"), file("rdb")),
    "searches": (file("google"), _SETUP),
}


def text(name: str) -> str:
    """A program as one file, e.g. `copies`."""
    text = "".join(it.read_text() for it in (*_USES[name], file(name)))
    head = "from __future__ import annotations\n"
    return head + re.sub(r"(?m)^from (__future__|infra_kit\.\S+) import (\([^)]*\)|.*)\n", "", text)

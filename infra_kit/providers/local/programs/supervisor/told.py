"""What the supervisor tells `up`, by files in the box."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .wanted import Wanted


class RefusedError(Exception):
    """A version that may not take over; the text is for people."""


def in_short(reason: object) -> str:
    """The first line of a text, to go on from: what a program said last is in the log already."""
    return str(reason).partition("\n")[0].rstrip(".")


class Told:
    """The files of one box."""

    def __init__(self, box: Path) -> None:
        self._state = box / "state.json"
        self._refused = box / "refused.json"
        self._serving = box / "data" / "serving.json"
        self._runs = box / "runs.json"

    def serves(self, wanted: Wanted, text: str, *, well: int) -> None:
        """Args: the workload, the text that it was read from, and how many instances are well."""
        if not self._serving.exists() or self._serving.read_text() != text:
            _write(self._serving, text)
        state = {
            "process": os.getpid(),
            "build": build(),
            "generation": wanted.generation,
            "well": well,
            "instances": wanted.instances,
        }
        _write(self._state, json.dumps(state))

    def refuses(self, wanted: Wanted, reason: str) -> None:
        _write(self._refused, json.dumps({"generation": wanted.generation, "reason": reason}))

    def ran(self, *, well: bool) -> None:
        """Counts the runs of a job that failed since the last good one. A full disk costs the count, not the job."""
        failed = json.loads(self._runs.read_text())["failed"] if self._runs.exists() else 0
        with suppress(OSError):
            _write(self._runs, json.dumps({"failed": 0 if well else failed + 1}))

    def last_good(self) -> str | None:
        """What was served last, as it was told."""
        return self._serving.read_text() if self._serving.exists() else None

    def served(self) -> Mapping[str, Any]:
        return json.loads(self._state.read_text()) if self._state.exists() else {}


def build() -> str:
    """Tells builds of the supervisor apart."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def _write(file: Path, text: str) -> None:
    """Whole or not at all, for its owner only."""
    fresh = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text)
    fresh.replace(file)

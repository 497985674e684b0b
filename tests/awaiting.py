"""Waiting in tests: for what comes about, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE = 0.05


def until(true: Callable[[], object], seconds: float = 60, why: Callable[[], str] = lambda: "it never came") -> None:
    """Returns once it is true, and fails after so many seconds; `why` says then what there is instead."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, why()
        time.sleep(PAUSE)

"""Files of these tests run side by side: each of pytest's processes has addresses and ports of its own."""

from __future__ import annotations

import os

NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Of this process, from 0. There are addresses for 16."""


def port(first: int) -> int:
    """This process's own for what listens at `first` in a process alone."""
    return first + 100 * NUMBER

"""Ports that servers keep, of all projects of this user: one that is stopped finds its own free when it starts again.

A link for each, which the port names, leads to the record of the server that keeps it. One that leads nowhere is
nobody's any more: the server was destroyed, or its project has moved, and notes it anew at its next `up`.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infra_kit.errors import ServerError
from infra_kit.providers.local import home as homes


@contextmanager
def alone() -> Iterator[None]:
    """Servers are made side by side: one at a time may pick ports."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        lock = (_folder() / "lock").open("w")
    except OSError as error:
        raise ServerError(
            f"{error.filename}, where the ports are noted that this user's servers keep, cannot be written "
            f"({error.strerror}): set XDG_CACHE_HOME to a place that can. Nothing was changed."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def taken() -> frozenset[int]:
    """Those of servers that are there, running or not."""
    links = [link for link in _folder().glob("[0-9]*") if link.exists()]
    return frozenset(int(link.name) for link in links)


def note(record: Path, ports: Sequence[int]) -> None:
    """These are kept by the server of that record, but for what another one keeps already."""
    for port in ports:
        link = _folder() / str(port)
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(record)


def _folder() -> Path:
    return homes.cache() / "ports"

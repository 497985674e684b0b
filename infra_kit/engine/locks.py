"""One run at a time on a stack: the lock of infra_kit itself, which goes when its process goes, even by kill -9."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from infra_kit import home as homes
from infra_kit.engine.project import Project
from infra_kit.errors import AnotherRunError


@contextmanager
def hold(project: Project, stack: str) -> Iterator[None]:
    """Holds the stack's lock. Raises AnotherRunError, with the other's pid, if another run has it."""
    homes.make(project.root)
    file = project.home / "locks" / f"{stack}.lock"
    with homes.refusals_told():
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherRunError(
                f"another infra-kit works on the stack {stack!r} (process {lock.read().strip() or 'unknown'}). "
                "It was left alone. Wait until it is done, then run this again."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield

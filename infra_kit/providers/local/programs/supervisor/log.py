"""The log of a workload: one file for the supervisor and all instances, rotated by day and by size."""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MAX_BYTES = 10 * 2**20
MAX_FILES = 10
"""Of rotated ones: whatever the retention is, a log takes no more than 110 MB of the disk."""
DAY = 86_400


class Log:
    """`server.log`, which is our standard output and error too. Rotated files are `server.log.<when>`."""

    def __init__(self, file: Path, now: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now = now
        self._day = int(now() // DAY)
        self.retention = 30 * DAY
        """Seconds that a rotated file is kept; set from what is wanted."""

    def say(self, text: str, who: str = "supervisor") -> None:
        """Writes a line (or several), with the time and who says it. A full disk costs lines, not what runs."""
        when = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with suppress(OSError):
            self._rotate()
            with self._file.open("a", errors="backslashreplace") as file:
                file.writelines(f"{when} {who} | {line}\n" for line in text.splitlines() or [""])

    def task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work that goes on beside all else; if it ever fails, the log says so."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._say_failure)
        return task

    def _say_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error:
            self.say("".join(traceback.format_exception(error)))

    def take_over(self) -> None:
        """What Python itself has to say goes into the file that is written now."""
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)

    def _rotate(self) -> None:
        today = int(self._now() // DAY)
        size = self._file.stat().st_size if self._file.exists() else 0
        if size < MAX_BYTES and today == self._day:
            return
        self._day = today
        if size:
            when = datetime.fromtimestamp(self._now(), UTC).strftime("%Y%m%dT%H%M%S.%f")
            self._file.rename(self._file.with_name(f"{self._file.name}.{when}"))
            self.take_over()
        self._forget()

    def _forget(self) -> None:
        rotated = sorted(self._file.parent.glob(f"{self._file.name}.*"), reverse=True)
        for number, file in enumerate(rotated):
            if number >= MAX_FILES or file.stat().st_mtime < self._now() - self.retention:
                file.unlink()

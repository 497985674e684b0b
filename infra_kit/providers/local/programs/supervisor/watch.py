"""A new version, watched while it serves."""

from __future__ import annotations

import asyncio
import time

from .fleet import Fleet
from .told import RefusedError
from .wanted import Release

POLL_SECONDS = 0.2
FEWEST_ANSWERS = 20
"""Before the time is over, fewer answers than that say nothing: of twenty, one is the 5 % of seeds/000."""


class Watch:
    """Counts answers while it is on."""

    def __init__(self) -> None:
        self.is_on = False
        self.answers = 0
        self.errors = 0

    def begin(self) -> None:
        self.is_on, self.answers, self.errors = True, 0, 0

    def end(self) -> None:
        self.is_on = False

    def count(self, status: int) -> None:
        self.answers += 1
        self.errors += status >= 500

    async def until_over(self, fleet: Fleet, release: Release, superseded: asyncio.Event) -> None:
        """Returns when the version has stood its test, or another one is wanted. Raises `RefusedError`."""
        deadline = time.monotonic() + release.watch
        while time.monotonic() < deadline and not superseded.is_set():
            self._judge(fleet, release, fewest=FEWEST_ANSWERS)
            await asyncio.sleep(POLL_SECONDS)
        self._judge(fleet, release, fewest=1)

    def _judge(self, fleet: Fleet, release: Release, *, fewest: int) -> None:
        failed = max((member.failed_checks for member in fleet.members), default=0)
        if failed >= release.max_failed_checks:
            raise RefusedError(f"{failed} health checks in a row failed while it was watched")
        if fleet.well < len(fleet.members):
            raise RefusedError("an instance of it failed while it was watched; the log says how")
        most = release.max_error_percent
        if most is None or self.answers < fewest:
            return
        percent = 100 * self.errors / self.answers
        if percent > most:
            raise RefusedError(
                f"{percent:.1f} % of {self.answers} answers were errors (5xx) while it was watched; at most {most:g} % "
                "may be"
            )

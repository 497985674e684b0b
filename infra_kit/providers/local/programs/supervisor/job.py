"""A Job: run once for what is wanted, or whenever its schedule says. Runs never overlap."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from cronsim import CronSim

from .instance import Instance, Program
from .log import Log
from .told import RefusedError, Told, in_short
from .wanted import Runs, Wanted

LONGEST_WAIT = 3600.0
"""A machine that slept, or whose clock was set, is late by no more than that."""


class Job:
    """Runs the program to its end."""

    def __init__(self, box: Path, log: Log, told: Told, asked: asyncio.Event) -> None:  # noqa: ARG002  as a Workload
        self.log = log
        self._told = told
        self._wanted: Wanted | None = None
        self._running: Instance | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._numbers = itertools.count(1)

    async def apply(self, text: str) -> None:
        """Once: runs it now, if it has not run yet as it is wanted now. On a schedule: waits for its time.

        Raises `RefusedError` where it failed.
        """
        wanted = Wanted.of(json.loads(text))
        self.log.retention = int(wanted.log_retention)
        self._wanted = wanted
        self._changed.set()
        if wanted.runs and wanted.runs.schedule:
            self._waiting = self._waiting or self.log.task(self._run_on_schedule(wanted.runs.schedule))
        elif self._told.served().get("generation") != wanted.generation and (problem := await self._run(wanted)):
            raise RefusedError(problem)
        self._told.serves(wanted, text, well=wanted.instances)

    async def stop(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            with suppress(asyncio.CancelledError):
                await self._waiting
        if self._running and self._wanted:
            await self._running.stop(self._wanted.stop_timeout)

    async def _run_on_schedule(self, schedule: str) -> None:
        """The next time is looked for when a run has ended: a time that a run outlasts is left out."""
        while True:
            self._changed.clear()
            if await self._is_due(next(CronSim(schedule, datetime.now(UTC)))) and self._wanted:
                await self._run(self._wanted)
            if self._wanted and self._wanted.runs:
                schedule = self._wanted.runs.schedule or schedule

    async def _is_due(self, when: datetime) -> bool:
        """Waits until then; False where something else is wanted meanwhile."""
        while (seconds := (when - datetime.now(UTC)).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(seconds, LONGEST_WAIT)):
                    await self._changed.wait()
                return False
        return True

    async def _run(self, wanted: Wanted) -> str:
        """Why it failed at last; empty where it did not."""
        runs = wanted.runs or Runs(3600, 0)
        problem = ""
        for attempt in range(runs.retries + 1):
            problem = await self._attempt(wanted, runs.timeout)
            if not problem:
                break
            more = runs.retries - attempt
            self.log.say(f"{in_short(problem)}; " + (f"tried again, {more} left" if more else "it has failed"))
        self._told.ran(well=not problem)
        return problem

    async def _attempt(self, wanted: Wanted, timeout: float) -> str:  # noqa: ASYNC109  the run's, not ours
        name = f"{wanted.name}-{next(self._numbers)}"
        try:
            run = await Instance.start(Program(name, wanted.command, wanted.directory, wanted.environment), self.log)
        except RefusedError as error:
            return str(error)
        self._running = run
        if not await run.ends_within(timeout):
            await run.stop(wanted.stop_timeout)
            return f"{name} was stopped: it ran longer than {timeout:.0f} s.\n{run.last_words}"
        if await run.wait() != 0:
            return await run.how_it_ended()
        self.log.say(f"{name} ended well")
        return ""

"""`python -m supervisor <box>`: until it is asked to end; a job that runs once ends by itself."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

from .job import Job
from .log import Log
from .told import RefusedError, Told
from .wanted import Wanted
from .workload import Workload


class Supervisor:
    """Does what the box says is wanted, whenever it is told to look."""

    def __init__(self, box: Path) -> None:
        self._file = box / "conf" / "workload.json"
        self._log = Log(box / "server.log")
        self._told = Told(box)
        self._asked = asyncio.Event()
        self._ending = asyncio.Event()
        self._is_job = Wanted.read(self._file).runs is not None
        self._does: Job | Workload = (Job if self._is_job else Workload)(box, self._log, self._told, self._asked)
        self._serves = False
        self._runs_once = False

    async def run(self) -> int:
        """Returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self._asked.set)
        loop.add_signal_handler(signal.SIGTERM, self._ending.set)
        self._asked.set()
        status = await self._until_ending()
        self._log.say("ending")
        await self._does.stop()
        return status

    async def _until_ending(self) -> int:
        ending = asyncio.create_task(self._ending.wait())
        while not self._ending.is_set():
            await _first(ending, asyncio.create_task(self._asked.wait()))
            if self._ending.is_set():
                return 0
            self._asked.clear()
            # A release may take its time, and must not outlast the wish to end.
            looking = asyncio.create_task(self._look())
            await _first(ending, looking)
            if not looking.done():
                looking.cancel()
                return 0
            if not looking.result() or self._runs_once:
                return 0 if looking.result() else 1
        return 0

    async def _look(self) -> bool:
        """Whether there is a reason to stay."""
        text = self._file.read_text()
        wanted = Wanted.of(json.loads(text))
        self._runs_once = wanted.runs is not None and wanted.runs.schedule is None
        try:
            await self._does.apply(text)
            self._serves = True
        except RefusedError as error:
            self._log.say(str(error))
            await self._fall_back(wanted)
            self._told.refuses(wanted, str(error))
        return self._serves

    async def _fall_back(self, wanted: Wanted) -> None:
        """Where nothing is served yet (we were just started), the version that was served last is."""
        text = self._told.last_good()
        if self._is_job or self._serves or text is None or Wanted.of(json.loads(text)).version == wanted.version:
            return
        self._log.say("the version that was served last is started instead")
        try:
            await self._does.apply(text)
            self._serves = True
        except RefusedError as error:
            self._log.say(str(error))


async def _first(*tasks: asyncio.Task[bool]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def main() -> int:
    return await Supervisor(Path(sys.argv[1])).run()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""One process of the user's program: started, listened to, stopped with all that it started."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .log import Log
from .told import RefusedError

LAST_LINES = 15
LONGEST_LINE = 64 * 2**10


@dataclass(frozen=True)
class Program:
    """What is started, and what its lines in the log begin with."""

    name: str
    command: Sequence[str]
    directory: str
    environment: Mapping[str, str]


class Instance:
    """A process. Its output goes to the log under its name, but for lines that somebody `takes`."""

    def __init__(
        self, name: str, process: asyncio.subprocess.Process, log: Log, takes: Callable[[str], bool] = lambda _: False
    ) -> None:
        self.name = name
        self._process = process
        self._log = log
        self._takes = takes
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._ended = asyncio.create_task(self._listen_to_its_end())

    @classmethod
    async def start(cls, program: Program, log: Log, takes: Callable[[str], bool] = lambda _: False) -> Instance:
        """Raises `RefusedError` where the program cannot be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                cwd=program.directory,
                env=program.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                pass_fds=box_lock(),
            )
        except OSError as error:
            what, where = program.command[0], program.directory
            raise RefusedError(f"{what!r} could not be started in {where}: {error.strerror}") from None
        log.say(f"{program.name} started (process {process.pid})")
        return cls(program.name, process, log, takes)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._ended.done()

    @property
    def last_words(self) -> str:
        return "\n".join(["The end of its log:", *(f"  {line}" for line in self._lines or ["(it said nothing)"])])

    async def wait(self) -> int:
        """Its exit status, when it has ended and all it said is in the log."""
        return await asyncio.shield(self._ended)

    async def how_it_ended(self) -> str:
        """For people, with its last words."""
        status = await self.wait()
        how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"{self.name} {how}.\n{self.last_words}"

    async def ends_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wait()
        return self._ended.done()

    async def stop(self, patience: float, number: signal.Signals = signal.SIGTERM) -> None:
        """Asks it to end; kills it, and whatever it started, when its time is over."""
        if not self._ended.done():
            with suppress(ProcessLookupError):
                self._process.send_signal(number)
        if not await self.ends_within(patience):
            self._log.say(f"{self.name} did not end within {patience:.0f} s and is killed")
        self._kill_group()
        await self.wait()

    async def _listen_to_its_end(self) -> int:
        listening = asyncio.create_task(self._listen())
        status = await self._process.wait()
        # What it left behind holds its output open, and is not the program any more.
        self._kill_group()
        await listening
        return status

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _listen(self) -> None:
        output, rest = self._process.stdout, b""
        while output and (chunk := await output.read(LONGEST_LINE)):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._hear(line.decode(errors="replace"))
        if rest:
            self._hear(rest.decode(errors="replace"))

    def _hear(self, line: str) -> None:
        if not self._takes(line):
            self._lines.append(line)
            self._log.say(line, self.name)


def box_lock() -> tuple[int, ...]:
    """The descriptor by which this box's server, and what it starts, are found again (`providers/local/process.py`)."""
    own = Path("/proc/self/fd")
    found = [int(entry.name) for entry in own.iterdir() if _names_lock(entry)]
    return tuple(found)


def _names_lock(entry: Path) -> bool:
    try:
        return entry.readlink() == Path.cwd() / "lock"
    except FileNotFoundError:  # the descriptor by which the folder itself is read
        return False

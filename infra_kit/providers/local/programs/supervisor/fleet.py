"""The instances of one version: each is kept well, by another process where it has to be."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import suppress

from . import health, ports
from .instance import Instance, Program
from .log import Log
from .ports import Port
from .told import RefusedError, in_short
from .wanted import Health, Wanted

POLL_SECONDS = 0.1
"""Between two checks of an instance that has not been well yet: whoever waits for it waits no longer than needed."""
STEADY_SECONDS = 1.0
"""A program without a port is well when it has run that long."""
LONGEST_DELAY = 30.0
GOOD_SECONDS = 60.0
"""What runs that long has no history of failures any more."""


class Member:
    """One of the instances of a version, and its successors."""

    def __init__(self, wanted: Wanted, log: Log, name: Callable[[], str], changed: Callable[[], None]) -> None:
        self.wanted = wanted
        self.well = False
        self.failed_checks = 0
        """In a row."""
        self._log = log
        self._name = name
        self._changed = changed
        self._port: Port | None = None
        self._instance: Instance | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._restarts = 0
        self._hurry = asyncio.Event()
        self._outcome: asyncio.Future[str] | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 for what listens nowhere."""
        return self._port.number if self._port else 0

    async def begin(self) -> None:
        """Starts it and returns when it is well. Raises `RefusedError` with the reason and its last words."""
        await self._start()
        self._keeping = self._log.task(self._keep())

    async def recover(self) -> None:
        """Where it is not well, the next attempt is made at once. Raises `RefusedError` with what that came to."""
        problem = ""
        for _ in range(2):  # one may be under way, begun before whatever was the matter was mended
            if self.well:
                return
            self._outcome = asyncio.get_running_loop().create_future()
            self._hurry.set()
            problem = await self._outcome
        if problem:
            raise RefusedError(problem)

    async def end(self) -> None:
        """Stops it for good."""
        self.well = False
        if self._keeping:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if self._instance:
            await self._instance.stop(self.wanted.stop_timeout)
            self._log.say(f"{self._instance.name} ended")
        self._give_port_back()

    async def _start(self) -> None:
        self._give_port_back()
        self._port = ports.pick() if self.wanted.health else None
        try:
            await self._run()
        except RefusedError:
            self._give_port_back()
            raise
        self.well, self.failed_checks = True, 0

    async def _run(self) -> None:
        own = {"PORT": str(self.port)} if self.port else {}
        environment = {**self.wanted.environment, **own}
        program = Program(self._name(), self.wanted.command, self.wanted.directory, environment)
        self._instance = await Instance.start(program, self._log)
        try:
            await self._until_well(self._instance)
        except RefusedError:
            await self._instance.stop(self.wanted.stop_timeout)
            raise

    def _give_port_back(self) -> None:
        if self._port:
            self._port.give_back()
        self._port = None

    async def _until_well(self, instance: Instance) -> None:
        check = self.wanted.health
        if check is None:
            if await instance.ends_within(STEADY_SECONDS):
                raise RefusedError(await instance.how_it_ended())
            return
        good, deadline, problem = 0, time.monotonic() + check.start_timeout, ""
        while good < check.healthy_after:
            if time.monotonic() > deadline:
                late = f"was not well within {check.start_timeout:.0f} s: {problem}"
                raise RefusedError(f"{instance.name} {late}.\n{instance.last_words}")
            if await instance.ends_within(POLL_SECONDS):
                raise RefusedError(await instance.how_it_ended())
            problem = await health.failure(self.port, check.path, check.timeout)
            good = 0 if problem else good + 1

    async def _keep(self) -> None:
        while self._instance:
            since = time.monotonic()
            reason = await self._until_it_fails(self._instance)
            self.well = False
            self._changed()
            self._log.say(f"{in_short(reason)}; another one takes its place")
            await self._instance.stop(self.wanted.stop_timeout)
            self._restarts = 0 if time.monotonic() - since > GOOD_SECONDS else self._restarts
            await self._restart()
            self._changed()

    async def _restart(self) -> None:
        while not self.well:
            await self._wait_a_while()
            problem = ""
            try:
                await self._start()
            except RefusedError as error:
                problem = str(error)
                self._log.say(in_short(error))
            if self._outcome and not self._outcome.done():
                self._outcome.set_result(problem)

    async def _wait_a_while(self) -> None:
        """The longer, the more often it has failed; until somebody asks for it."""
        delay = min(2.0 ** (self._restarts - 1), LONGEST_DELAY) if self._restarts else 0
        self._restarts += 1
        if delay:
            self._log.say(f"it has failed before, so the next one is started in {delay:.0f} s")
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._hurry.wait()
        self._hurry.clear()

    async def _until_it_fails(self, instance: Instance) -> str:
        check = self.wanted.health
        if check is None:
            await instance.wait()
            return await instance.how_it_ended()
        while not await instance.ends_within(check.interval):
            problem = await self._check(check)
            if self.failed_checks >= check.unhealthy_after:
                return f"{instance.name}: {problem}, {self.failed_checks} times in a row"
            check = self.wanted.health or check
        return await instance.how_it_ended()

    async def _check(self, check: Health) -> str:
        problem = await health.failure(self.port, check.path, check.timeout)
        self.failed_checks = self.failed_checks + 1 if problem else 0
        return problem


class Fleet:
    """All members of a version."""

    def __init__(self, wanted: Wanted, log: Log, names: itertools.count[int], changed: Callable[[], None]) -> None:
        self.wanted = wanted
        self.members: list[Member] = []
        self._log = log
        self._names = names
        self._changed = changed

    @property
    def ports(self) -> list[int]:
        """Of the members that are well."""
        return [member.port for member in self.members if member.well]

    @property
    def well(self) -> int:
        return sum(member.well for member in self.members)

    async def add(self) -> Member:
        """One more, well. Raises `RefusedError`."""
        member = Member(self.wanted, self._log, self._next_name, self._changed)
        self.members.append(member)
        try:
            await member.begin()
        except RefusedError:
            self.members.remove(member)
            raise
        return member

    async def grow(self, count: int) -> None:
        """So many more, at once; all of them, or a `RefusedError` and what there was."""
        begun = await asyncio.gather(*(self.add() for _ in range(count)), return_exceptions=True)
        failed = [error for error in begun if isinstance(error, BaseException)]
        if failed:
            await self.drop([member for member in begun if isinstance(member, Member)])
            raise failed[0]

    async def recover(self) -> None:
        """All are well. Raises `RefusedError` where one does not get well, when all have been tried."""
        tried = await asyncio.gather(*(member.recover() for member in self.members), return_exceptions=True)
        for failed in tried:
            if failed:
                raise failed

    async def drop(self, members: list[Member]) -> None:
        """These end; they get no more requests by now."""
        for member in members:
            self.members.remove(member)
        await asyncio.gather(*(member.end() for member in members))

    async def end(self) -> None:
        await self.drop(list(self.members))

    def adopt(self, wanted: Wanted) -> None:
        """The same version, watched or stopped in another way."""
        self.wanted = wanted
        for member in self.members:
            member.wanted = wanted

    def _next_name(self) -> str:
        return f"{self.wanted.name}-{next(self._names)}"

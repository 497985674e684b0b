"""A Service or a Worker: what serves now, and how what is wanted takes over."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path

from . import backlog, releases
from .fleet import Fleet
from .front import Front, Nginx, NoFront
from .log import Log
from .told import RefusedError, Told
from .wanted import Wanted
from .watch import Watch


class Workload:
    """Keeps the fleet of one version serving, and lets another one take over."""

    def __init__(self, box: Path, log: Log, told: Told, asked: asyncio.Event) -> None:
        self.log = log
        self.asked = asked
        """Something else is wanted by now."""
        self.watch = Watch()
        self.fleet: Fleet | None = None
        """The version that is served; during a release the old one."""
        self.serving: list[Fleet] = []
        """Whose instances get requests."""
        self._reached: set[int] = set()
        """The ports that requests go to by now."""
        self.front: Front = NoFront()
        self._box = box
        self._told = told
        self.changing = asyncio.Lock()
        """Held by whoever makes or ends instances on purpose."""
        self._fleets: list[Fleet] = []
        self._text = ""
        self._names = itertools.count(1)
        self._changed = asyncio.Event()
        self._following = log.task(self._follow_changes())
        self._scaling: asyncio.Task[None] | None = None

    async def apply(self, text: str) -> None:
        """What is wanted comes to be, or a `RefusedError` says why not; then all is as it was."""
        wanted = Wanted.of(json.loads(text))
        self.log.retention = int(wanted.log_retention)
        async with self.changing:
            await self._apply(wanted)
            self._scale(wanted)
        self._text = text
        self.tell()

    async def stop(self) -> None:
        """Requests that were taken are answered; then all instances end."""
        for task in (self._following, self._scaling):
            if task:
                task.cancel()
        patience = max((fleet.wanted.stop_timeout for fleet in self._fleets), default=0)
        await self.front.stop(patience)
        await asyncio.gather(*(fleet.end() for fleet in self._fleets))

    async def balance(self) -> None:
        """Requests go to all instances that are well, of the fleets that serve."""
        ports = [port for fleet in self.serving for port in fleet.ports]
        await self.front.serve(ports, count=self.watch.is_on)
        self._reached = set(ports)

    async def retire(self, fleet: Fleet, count: int) -> None:
        """So many instances get no more requests, answer those they have, and end."""
        leaving, before = fleet.members[:count], fleet.wanted.stop_timeout
        for member in leaving:
            member.well = False
        await self.balance()
        await self.front.drained(before)
        await fleet.drop(leaving)

    def new_fleet(self, wanted: Wanted) -> Fleet:
        fleet = Fleet(wanted, self.log, self._names, self._changed.set)
        self._fleets = [*(there for there in self._fleets if there.members), fleet]
        return fleet

    async def resize(self, fleet: Fleet, count: int) -> None:
        more = count - len(fleet.members)
        if more > 0:
            await fleet.grow(more)
        elif more < 0:
            await self.retire(fleet, -more)

    async def _apply(self, wanted: Wanted) -> None:
        if self.fleet is None:
            await self._begin(wanted)
        elif self.fleet.wanted.version == wanted.version:
            await self._adopt(self.fleet, wanted)
        else:
            self.log.say(f"version {wanted.version[:8]} is to take over from {self.fleet.wanted.version[:8]}")
            self.fleet = await releases.release(self, self.fleet, self.new_fleet(wanted))
            self.log.say(f"version {wanted.version[:8]} has taken over")

    async def _begin(self, wanted: Wanted) -> None:
        fleet = self.new_fleet(wanted)
        await fleet.grow(wanted.instances)
        try:
            await releases.try_out(fleet)
            self.front = Nginx(self._box, wanted.edge, self.log, self.watch.count) if wanted.edge else self.front
            self.serving = [fleet]
            await self.balance()
        except RefusedError:
            self.serving = []
            await fleet.end()
            raise
        self.fleet = fleet

    async def _adopt(self, fleet: Fleet, wanted: Wanted) -> None:
        """The same version, in another number or watched in another way."""
        fleet.adopt(wanted)
        if isinstance(self.front, Nginx) and wanted.edge:
            self.front.edge = wanted.edge
        most = wanted.backlog.most if wanted.backlog else wanted.instances
        await self.resize(fleet, min(max(len(fleet.members), wanted.instances), most))
        await fleet.recover()
        await self.balance()

    def _scale(self, wanted: Wanted) -> None:
        if self._scaling:
            self._scaling.cancel()
        self._scaling = self.log.task(backlog.follow(self, wanted.backlog)) if wanted.backlog else None

    async def _follow_changes(self) -> None:
        """An instance that fails gets no more requests, one that is well again gets them again."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            self.tell()
            try:
                await self.balance()
            except RefusedError as error:
                self.log.say(str(error))
            self.tell()

    def tell(self) -> None:
        """What is served, and by how many instances that requests reach."""
        if self._text and self.fleet:
            # One that got well while the front took the others over is told of when requests reach it too.
            reached = [port for port in self.fleet.ports if port in self._reached]
            self._told.serves(self.fleet.wanted, self._text, well=len(reached))

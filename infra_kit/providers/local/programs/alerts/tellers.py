"""Routes are told when alerts begin and end: each on its own, so that a bad one delays nobody else."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from infra_kit.errors import ServerError
from infra_kit.providers.common.posting import UntoldError
from infra_kit.providers.local import home
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.alerts.routes import Message, Send

FIRST_DELAY, LONGEST_DELAY = 1.0, 300.0
Open = dict[str, Alert]
"""By rule and component, the alerts that a route was told of and that are not over for it."""


class Opened:
    """What every route was told, by its name, kept on disk: after a crash nobody is told twice, or never."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._file = box.data / "told.json"
        self.routes: dict[str, Open] = self._read()

    def save(self) -> None:
        told = {
            name: {key: dataclasses.asdict(it) for key, it in alerts.items()} for name, alerts in self.routes.items()
        }
        try:
            home.write_private(self._file, json.dumps(told, indent=1), self._box.user)
        except ServerError as error:
            print(error)

    def _read(self) -> dict[str, Open]:
        try:
            told = json.loads(self._file.read_text())
        except FileNotFoundError:
            return {}
        return {name: {key: Alert(**it) for key, it in alerts.items()} for name, alerts in told.items()}


class Teller:
    """One route: tells it what has changed, until it got through."""

    def __init__(self, name: str, send: Send, opened: Opened, app: str, stack: str) -> None:
        self._name = name
        self._send = send
        self._opened = opened
        self._open = opened.routes.setdefault(name, {})
        self._app, self._stack = app, stack
        self._untold: dict[str, Alert] = {}
        """Those that it must hear of, as they were when they began."""
        self._firing: Mapping[str, Alert] = {}
        self._ended: dict[str, str] = {}
        """By rule and component, when it was over, until it has heard that."""
        self._changed = asyncio.Event()
        self._thread = ThreadPoolExecutor(1)

    def knows(self, key: str) -> bool:
        """Whether it was told of an alert, and not that it is over."""
        return key in self._open

    def see(self, firing: Mapping[str, Alert], now: str) -> None:
        """Args: what is wrong now, by rule and component, of the levels that this route is for."""
        self._firing = firing
        for key in (self._open.keys() | self._untold.keys()) - firing.keys() - self._ended.keys():
            self._ended[key] = now
            self._changed.set()
        for key, alert in firing.items():
            again = self._ended.pop(key, None)
            if key not in self._open and (again or key not in self._untold):
                self._untold[key] = alert
                self._changed.set()

    async def run(self) -> None:
        delay: float | None = None
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), delay)
            self._changed.clear()
            well = await self._tell()
            delay = None if well else min(2 * delay, LONGEST_DELAY) if delay else FIRST_DELAY

    async def _tell(self) -> bool:
        """Everything that it does not know yet, as it stands when it is sent; whether all of it got through."""
        outcomes = [await self._begin(key) for key in list(self._untold)]
        outcomes += [await self._end(key) for key in list(self._ended)]
        return all(outcomes)

    async def _begin(self, key: str) -> bool:
        """Of one that is over by now it hears once, that it was."""
        if key in self._ended:
            return True
        alert = self._untold[key]
        if not await self._say(Message(alert, self._app, self._stack)):
            return False
        self._open[key] = alert
        del self._untold[key]
        self._opened.save()
        return True

    async def _end(self, key: str) -> bool:
        if key not in self._ended:
            return True
        alert = self._open[key] if key in self._open else self._untold[key]
        if not await self._say(Message(alert, self._app, self._stack, self._ended[key])):
            return False
        self._open.pop(key, None)
        self._untold.pop(key, None)
        if not self._ended.pop(key, None):  # it began again meanwhile, which is told next
            self._untold[key] = self._firing[key]
            self._changed.set()
        self._opened.save()
        return True

    async def _say(self, message: Message) -> bool:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._send, message)
        except UntoldError as error:
            print(f"{self._name} was not told of {message.subject!r}: {error}; it is tried again")
            return False
        print(f"{self._name} was told: {message.subject}")
        return True

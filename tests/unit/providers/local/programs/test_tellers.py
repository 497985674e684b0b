"""What a route hears of an alert that turns while the route is just being told."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from infra_kit.providers.common.posting import UntoldError
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.alerts.routes import Message
from infra_kit.providers.local.programs.alerts.tellers import Opened, Teller
from tests import awaiting

ALERT = Alert("down", "db", "P0", "uptime < 100 % for 1s", "%", "firing", "2026-03-01T12:00:00+00:00", 0.0)
FIRING, WELL = {"down db": ALERT}, dict[str, Alert]()
NOW = "2026-03-01T12:01:00+00:00"
NAME = "webhook of P0"


class Route:
    """Takes as long as it is held."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.goes_on, self.away = threading.Event(), threading.Event()
        self.tried = 0

    def __call__(self, message: Message) -> None:
        self.tried += 1
        if self.away.is_set():
            raise UntoldError("it is away")
        self.messages.append(message)
        assert self.goes_on.wait(10)

    @property
    def heard(self) -> list[str]:
        return ["over" if it.ended else "begun" for it in self.messages]


async def until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(awaiting.until, true)


@asynccontextmanager
async def telling(route: Route, box: Box) -> AsyncIterator[Teller]:
    box.data.mkdir(parents=True)
    teller = Teller(NAME, route, Opened(box), "shop", "shop-development")
    running = asyncio.create_task(teller.run())
    yield teller
    route.goes_on.set()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def test_what_begins_again_while_its_end_is_told_is_told_anew(tmp_path: Path) -> None:
    route, box = Route(), Box(tmp_path, "shop-development", "alerts")

    async def story() -> None:
        async with telling(route, box) as teller:
            teller.see(FIRING, NOW)
            route.goes_on.set()
            await until(lambda: bool(Opened(box).routes.get(NAME)))
            route.goes_on.clear()
            teller.see(WELL, NOW)
            await until(lambda: route.heard == ["begun", "over"])
            teller.see(FIRING, NOW)
            route.goes_on.set()
            await until(lambda: route.heard == ["begun", "over", "begun"])
            await until(lambda: bool(Opened(box).routes[NAME]))

    asyncio.run(story())


def test_what_ends_while_its_beginning_is_told_is_told_to_be_over(tmp_path: Path) -> None:
    route, box = Route(), Box(tmp_path, "shop-development", "alerts")

    async def story() -> None:
        async with telling(route, box) as teller:
            teller.see(FIRING, NOW)
            await until(lambda: route.heard == ["begun"])
            teller.see(WELL, NOW)
            route.goes_on.set()
            await until(lambda: route.heard == ["begun", "over"])

    asyncio.run(story())


def told_late(tmp_path: Path, *since: dict[str, Alert]) -> Route:
    """A route that was away when it began, and while `since` was seen."""
    route, box = Route(), Box(tmp_path, "shop-development", "alerts")
    route.goes_on.set()
    route.away.set()

    async def story() -> None:
        async with telling(route, box) as teller:
            teller.see(FIRING, NOW)
            await until(lambda: route.tried == 1)
            for found in since:
                teller.see(found, NOW)
            route.away.clear()
            await until(lambda: len(route.messages) == 1)

    asyncio.run(story())
    return route


NOT_MEASURED = {"down db": dataclasses.replace(ALERT, value=None)}


def test_what_is_over_before_a_route_hears_of_it_is_told_once_as_it_was(tmp_path: Path) -> None:
    route = told_late(tmp_path, NOT_MEASURED, WELL)
    assert [(it.alert, it.ended) for it in route.messages] == [(ALERT, NOW)]
    assert route.messages[0].text.startswith(f"It was 0 % then. Wrong since {ALERT.since}, until {NOW}.")


def test_what_is_told_late_says_what_was_measured_when_it_began(tmp_path: Path) -> None:
    route = told_late(tmp_path, NOT_MEASURED)
    assert route.messages[0].alert == ALERT

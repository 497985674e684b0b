"""`python -m infra_kit.providers.local.programs.dashboard <box>`: until it is asked to end."""

from __future__ import annotations

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from infra_kit.providers.local.programs import measuring, running
from infra_kit.providers.local.programs.dashboard import web
from infra_kit.providers.local.programs.dashboard.store import Store
from infra_kit.providers.local.programs.dashboard.wanted import Wanted
from infra_kit.providers.local.programs.running import Told


class Looker:
    """Measures what is shown."""

    def __init__(self, told: Told, wanted: Wanted) -> None:
        self._wanted = wanted
        self._store = Store(told.box.data / Store.FILE)
        self._pool = ThreadPoolExecutor(max(1, len(wanted.shown)))

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as works:
            for name in self._wanted.shown:
                works.create_task(self._look(name))

    async def _look(self, name: str) -> None:
        """A full disk costs figures, not the page."""
        async for figures, now in measuring.figures(self._wanted.shown[name], self._wanted.every, self._pool):
            try:
                self._store.add(name, figures, now.timestamp())
            except sqlite3.OperationalError as error:
                print(f"{name}: its figures are not kept: {error}")


async def main() -> None:
    told = running.begin()
    wanted = Wanted.of(told.box, told.settings)
    looker = Looker(told, wanted)
    with web.serving(told, wanted):
        await running.until_asked(looker.run())


if __name__ == "__main__":
    asyncio.run(main())

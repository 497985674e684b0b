"""`python -m infra_kit.providers.local.programs.uptime <box>`: until it is asked to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra_kit.errors import ServerError
from infra_kit.providers.local import uptime_file
from infra_kit.providers.local.programs import running
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.programs.uptime.visit import Place, visit
from infra_kit.providers.local.servers import gateway_certificates
from infra_kit.providers.local.uptime_file import Seen, Visit

NAP = 10.0
"""Seconds after which, at the latest, it is noticed that the machine slept."""


class Visitor:
    def __init__(self, told: Told) -> None:
        self._box = told.box
        self._generation = told.generation
        at = told.settings["address"]
        self._place = Place(at["secure"], at["host"], int(at["port"]))
        self._path: str = at["path"]
        self._checks: Mapping[str, Mapping[str, Any]] = told.settings["checks"]
        self._threads = ThreadPoolExecutor(len(self._checks))
        known = uptime_file.read(told.box).checks
        self._seen: dict[str, Visit] = {name: known[name] for name in self._checks if name in known}
        self._write()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as works:
            for name, check in self._checks.items():
                works.create_task(self._follow(name, check))

    async def _follow(self, name: str, check: Mapping[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            begun = _clocks()
            before, now = self._seen.get(name), await loop.run_in_executor(self._threads, self._visit, check)
            self._seen[name] = now
            if before is None or before.well != now.well:
                print(f"{name}: {now.why or f'answered in {now.seconds:g} s'}")
            self._write()
            while (left := check["every"] - _passed(begun)) > 0:  # noqa: ASYNC110  it is a time that is waited for
                await asyncio.sleep(min(left, NAP))

    def _visit(self, check: Mapping[str, Any]) -> Visit:
        """The stack's gateways may have come or gone since the last time."""
        authorities = self._box.path.parent.glob(f"*/conf/{gateway_certificates.AUTHORITY}")
        path, text = self._path + check["path"], check.get("contains")
        return visit(self._place, path, seconds=check["timeout"], contains=text, authorities=authorities)

    def _write(self) -> None:
        try:
            uptime_file.write(self._box, Seen(self._generation, dict(self._seen)))
        except ServerError as error:
            print(error)


def _clocks() -> tuple[float, float]:
    """The first stands still while the machine sleeps, the second may be set back."""
    return time.monotonic(), time.time()


def _passed(since: tuple[float, float]) -> float:
    return max(now - then for now, then in zip(_clocks(), since, strict=True))


async def main() -> None:
    await running.until_asked(Visitor(running.begin()).run())


if __name__ == "__main__":
    asyncio.run(main())

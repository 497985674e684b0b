"""When an Uptime's visitor visits."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.programs.uptime import __main__ as program
from infra_kit.providers.local.uptime_file import Visit
from tests import awaiting


def settings(every: float) -> dict[str, Any]:
    check = {"path": "/", "every": every, "timeout": 10, "contains": None}
    return {"address": {"secure": False, "host": "x", "port": 80, "path": ""}, "checks": {"home": check}}


@pytest.mark.parametrize(("every", "hours"), [(3600, 2), (0.2, -2)], ids=["it slept", "its clock was set back"])
def test_what_a_machine_does_with_its_clock_delays_no_visit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: float, hours: int
) -> None:
    """While it sleeps, its monotonic clock stands still."""
    box = Box(tmp_path, "test", "outside")
    box.path.mkdir(parents=True)
    visits: list[float] = []

    def visit(*_: Any, **__: Any) -> Visit:
        visits.append(time.time())
        return Visit("2026-01-01T00:00:00+00:00", True, 0.1)

    monkeypatch.setattr(program, "visit", visit)
    monkeypatch.setattr(program, "NAP", 0.01, raising=False)

    async def story() -> None:
        running = asyncio.create_task(program.Visitor(Told(box, settings(every), "x")).run())
        await asyncio.to_thread(awaiting.until, lambda: len(visits) > 0)
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + hours * 3600)
        seen = len(visits)
        await asyncio.to_thread(awaiting.until, lambda: len(visits) > seen + (every < 1))
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(story())

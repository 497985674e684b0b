"""The checker when it begins, with what it had found before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.alerts_file import Alert, Standing
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs import measuring
from infra_kit.providers.local.programs.alerts import routes
from infra_kit.providers.local.programs.alerts.checker import Checker
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.signals.probe import Figures, Source
from infra_kit.signals import Signal
from tests import awaiting

BEFORE = "2026-03-01T12:00:00+00:00"


def settings() -> Mapping[str, Any]:
    rule = {
        "name": "down", "signal": "uptime", "above": None, "below": 100, "lasting": 1, "level": "P0",
        "says": "uptime < 100 % for 1s", "unit": "%", "told": "P0",
    }  # fmt: skip
    return {
        "app": "shop", "every": 10, "smtp": None, "routes": {"P0": {"webhook": "https://alerts.example.com"}},
        "watched": {name: {"kind": "redis", "servers": [name]} for name in ("first", "other")},
        "rules": [{**rule, "component": name} for name in ("first", "other")],
    }  # fmt: skip


def test_what_was_firing_before_is_told_of_only_once_it_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be over: nobody has looked since."""
    box = Box(tmp_path, "shop-development", "alerts")
    box.data.mkdir(parents=True)
    firing = Alert("down", "first", "P0", "uptime < 100 % for 1s", "%", "firing", BEFORE, 0.0)
    alerts_file.write(box, Standing("x", BEFORE, [firing]))
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(routes, "post", lambda _, body: sent.append(body))
    looked = asyncio.Event()

    async def figures(source: Source, *_: float | ThreadPoolExecutor) -> AsyncIterator[tuple[Figures, datetime]]:
        if source.servers == ("first",):
            await looked.wait()
        yield {Signal.UPTIME: 100.0 if source.servers == ("first",) else 0.0}, datetime.now(UTC)
        await asyncio.Event().wait()

    monkeypatch.setattr(measuring, "figures", figures)

    async def story() -> None:
        running = asyncio.create_task(Checker(Told(box, settings(), "y")).run())
        await until(lambda: bool(sent))
        looked.set()
        await until(lambda: {it.component: it.state for it in alerts_file.read(box).alerts}["first"] == "ok")
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(story())
    assert [(it["status"], it["component"], it["value"]) for it in sent] == [("firing", "other", 0.0)]


async def until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(awaiting.until, true)

"""Asks components how they are, again and again, each on its own, so that a slow one delays no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

from infra_kit.providers.local.signals.probe import Figures, Probe, Source
from infra_kit.providers.local.signals.probes import probe

PATIENCE = 10.0
"""Seconds after which what is asked counts as down, at most."""


async def figures(source: Source, every: float, pool: ThreadPoolExecutor) -> AsyncIterator[tuple[Figures, datetime]]:
    """What could be measured, and when; without end.

    Args:
        source: of one component.
        every: seconds from one look to the next.
        pool: with a thread for each component that is asked.
    """
    loop, measures = asyncio.get_running_loop(), probe(source)
    running: Future[Figures] | None = None
    while True:
        begun = loop.time()
        running = pool.submit(measures.measure) if running is None or running.done() else running
        found = await _within(running, measures)
        yield found, datetime.now(UTC)
        await asyncio.sleep(every - min(every, loop.time() - begun))


async def _within(running: Future[Figures], measures: Probe) -> Figures:
    """What hangs is asked on, and counts as down meanwhile."""
    asked = asyncio.wrap_future(running)
    done, _ = await asyncio.wait({asked}, timeout=PATIENCE)
    return asked.result() if done else measures.unanswered

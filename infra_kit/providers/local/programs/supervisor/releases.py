"""How a new version takes over from the old one, which goes on if that fails."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from . import health
from .fleet import Fleet
from .told import RefusedError
from .wanted import Release

if TYPE_CHECKING:
    from .workload import Workload

DEFAULT = Release("rolling", (), 0, 0, 1)
"""Of a worker: nothing can be asked of it."""


async def release(workload: Workload, old: Fleet, new: Fleet) -> Fleet:
    """The new fleet, which serves alone. Raises `RefusedError`; the old one then serves alone, as before."""
    count = len(old.members)
    how = new.wanted.release or DEFAULT
    try:
        if how.blue_green:
            await _blue_green(workload, new)
        else:
            await _rolling(workload, old, new)
        if how.watch:
            await _watch(workload, new, how)
    except RefusedError:
        workload.log.say(f"version {new.wanted.version[:8]} is taken back")
        await _take_back(workload, old, new, count)
        raise
    workload.serving = [new]
    await workload.retire(old, len(old.members))
    return new


async def try_out(fleet: Fleet) -> None:
    """The smoke tests, on every instance. Raises `RefusedError` where too many fail."""
    how = fleet.wanted.release
    if how is None or fleet.wanted.health is None:
        return
    timeout = fleet.wanted.health.timeout
    asked = [health.failure(port, path, timeout) for port in fleet.ports for path in how.smoke_tests]
    failed = [problem for problem in await asyncio.gather(*asked) if problem]
    if asked and 100 * len(failed) / len(asked) > how.max_smoke_failures_percent:
        raise RefusedError(
            f"{len(failed)} of {len(asked)} smoke tests failed, at most {how.max_smoke_failures_percent:g} % may: "
            + "; ".join(sorted(set(failed)))
        )


async def _rolling(workload: Workload, old: Fleet, new: Fleet) -> None:
    """An instance at a time, each well before an old one goes."""
    for number in range(new.wanted.instances):
        await new.add()
        if number == 0:
            await try_out(new)
            workload.serving = [old, new]
        await workload.retire(old, min(1, len(old.members)))
    workload.serving = [new]
    await workload.retire(old, len(old.members))


async def _blue_green(workload: Workload, new: Fleet) -> None:
    """A whole new set beside the old one, tried, then switched to at once. The old one is kept."""
    await new.grow(new.wanted.instances)
    await try_out(new)
    workload.serving = [new]
    await workload.balance()


async def _watch(workload: Workload, new: Fleet, how: Release) -> None:
    workload.watch.begin()
    try:
        await workload.balance()
        await workload.watch.until_over(new, how, workload.asked)
    finally:
        workload.watch.end()


async def _take_back(workload: Workload, old: Fleet, new: Fleet, count: int) -> None:
    """The old version serves alone, in its old number; where even that cannot be had, what is well goes on."""
    try:
        await workload.resize(old, count)
    except RefusedError as error:
        workload.log.say(f"the old version does not come back either, so what is well goes on: {error}")
        return
    workload.serving = [old]
    await workload.retire(new, len(new.members))

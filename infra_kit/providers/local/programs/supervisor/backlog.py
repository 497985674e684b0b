"""A worker that grows with what waits for it."""

from __future__ import annotations

import asyncio
import json
import math
import time
import urllib.request
from typing import TYPE_CHECKING

from .told import RefusedError, in_short
from .wanted import Backlog

if TYPE_CHECKING:
    from .workload import Workload

POLL_SECONDS = 2.0
CALM_SECONDS = 30.0
"""A worker shrinks when it has been too large for that long: what comes in waves does not start and end processes."""


async def follow(workload: Workload, backlog: Backlog) -> None:
    """Keeps the number of instances at what the backlog asks for. Runs until it is cancelled."""
    calm_since = time.monotonic()
    while True:
        least = workload.fleet.wanted.instances if workload.fleet else backlog.most
        wanted = await asyncio.to_thread(instances, backlog, least)
        async with workload.changing:
            now = len(workload.fleet.members) if workload.fleet else 0
            if wanted is None or wanted >= now:
                calm_since = time.monotonic()
            if wanted is not None and (wanted > now or (time.monotonic() - calm_since > CALM_SECONDS and wanted < now)):
                workload.log.say(f"{wanted} instances instead of {now}: that is what waits for {backlog.consumer}")
                await _resize(workload, wanted)
        await asyncio.sleep(POLL_SECONDS)


async def _resize(workload: Workload, count: int) -> None:
    try:
        if workload.fleet:
            await workload.resize(workload.fleet, count)
    except RefusedError as error:
        workload.log.say(in_short(error))


def instances(backlog: Backlog, least: int) -> int | None:
    """How many are wanted; None where the bus does not answer, so that nothing changes."""
    try:
        # The monitor of our own NATS server, on the loopback.
        with urllib.request.urlopen(f"{backlog.monitor}/jsz?consumers=true", timeout=POLL_SECONDS) as answer:  # noqa: S310
            told = json.load(answer)
    except (OSError, ValueError):
        return None
    streams = [stream for account in told.get("account_details", []) for stream in account.get("stream_detail", [])]
    consumers = [it for stream in streams if stream["name"] == backlog.stream for it in stream["consumer_detail"]]
    waiting = [it["num_pending"] + it["num_ack_pending"] for it in consumers if it["name"] == backlog.consumer]
    return min(max(math.ceil(sum(waiting) / backlog.per_instance), least), backlog.most) if waiting else None

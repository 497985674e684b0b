"""An EventBus: what waits for its consumers, for how long, and what they gave up."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import psutil
from nats.js.errors import NotFoundError

from infra_kit.errors import ServerError
from infra_kit.providers.common import nats
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import nats_monitor, nats_streams
from infra_kit.providers.local.servers.event_bus import HANDLER, NO_ANSWER
from infra_kit.providers.local.servers.nats_monitor import ConsumerState
from infra_kit.providers.local.signals.probe import Figures, ServerProbe
from infra_kit.signals import Signal

_DEAD = nats.dead_stream("")


class EventBusProbe(ServerProbe):
    """A dead letter counts until somebody has taken it out of its own stream."""

    def measure(self) -> Figures:
        (box,) = self.source.boxes
        disk = {Signal.DISK: psutil.disk_usage(str(box.data)).percent} if box.data.exists() else {}
        return {**disk, **self._asked(box)}

    def _asked(self, box: Box) -> Figures:
        try:
            record = box.record
            if box.process.pid is None or not HANDLER.is_ready(box, record):
                return self.unanswered
            return {Signal.UPTIME: 100.0, **asyncio.run(_waiting(record))}
        except (*NO_ANSWER, ServerError, FileNotFoundError):
            return self.unanswered


async def _waiting(record: Record) -> Figures:
    consumers = nats_monitor.consumers(record)
    dead = [it for it in consumers if it.stream.startswith(_DEAD)]
    alive = [it for it in consumers if it not in dead]
    oldest = await _oldest(record, [it for it in alive if it.waiting])
    return {
        Signal.BACKLOG: float(sum(it.waiting for it in alive)),
        Signal.BACKLOG_AGE: (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0,
        Signal.DEAD_LETTERS: float(sum(it.waiting for it in dead)),
    }


async def _oldest(record: Record, consumers: Sequence[ConsumerState]) -> datetime | None:
    """When the oldest event that waits came."""
    if not consumers:
        return None
    times = []
    async with nats_streams.session(record) as jetstream:
        for it in consumers:
            try:
                event = await jetstream.get_msg(it.stream, seq=it.done + 1, subject=it.filter or ">", next=True)
            except NotFoundError:
                continue  # worked on meanwhile, or beyond its retention
            times += [event.time] if event.time else []
    return min(times, default=None)

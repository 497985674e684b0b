"""A Redis and its replicas, asked by INFO (https://valkey.io/commands/info/)."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers.redis import NO_ANSWER, connect
from infra_kit.providers.local.signals.probe import RECENT_SECONDS, Figures, ServerProbe, Source, percent
from infra_kit.providers.local.signals.usage import Usage
from infra_kit.signals import Signal


class RedisProbe(ServerProbe):
    """Its memory is what it may hold (`memory_gb`), which the server keeps to."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._usage = Usage()
        self._reads: deque[tuple[float, int, int]] = deque()
        """When it was asked, its hits and its misses since it was started."""

    def measure(self) -> Figures:
        usage = self._usage.measure(self.source.boxes)
        told = [_info(box) for box in self.source.boxes]
        figures = {Signal.UPTIME: percent(sum(map(bool, told)), len(told))}
        if Signal.CPU in usage:
            figures[Signal.CPU] = usage[Signal.CPU]
        if primary := told[0]:
            figures[Signal.MEMORY] = percent(primary["used_memory"], primary["maxmemory"])
            figures[Signal.CONNECTIONS] = percent(primary["connected_clients"] - 1, primary["maxclients"])
            figures |= self._hits(primary)
        return figures

    def _hits(self, told: dict[str, Any]) -> dict[Signal, float]:
        now, hits, misses = time.monotonic(), int(told["keyspace_hits"]), int(told["keyspace_misses"])
        if self._reads and hits + misses < sum(self._reads[-1][1:]):
            self._reads.clear()  # it was started again, and counts anew
        self._reads.append((now, hits, misses))
        while self._reads[0][0] < now - RECENT_SECONDS:
            self._reads.popleft()
        _, first_hits, first_misses = self._reads[0]
        reads = hits + misses - first_hits - first_misses
        return {Signal.CACHE_HITS: percent(hits - first_hits, reads)} if reads else {}


def _info(box: Box) -> dict[str, Any]:
    """Empty where it does not answer, or does not follow its primary."""
    try:
        with connect(box.record) as session:
            told: dict[str, Any] = session.info()
            return told if told.get("master_link_status", "up") == "up" else {}
    except (*NO_ANSWER, ServerError, FileNotFoundError):
        return {}

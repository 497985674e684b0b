"""CPU and memory of a server's processes, of all that this machine has: nothing here holds a server to less."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import psutil

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.probe import Figures, percent
from infra_kit.signals import Signal


class Usage:
    """Of the processes of some boxes, since it was last asked."""

    def __init__(self) -> None:
        self._spent: dict[tuple[int, float], float] = {}
        """CPU seconds by process: its number and when it was started."""
        self._when: float | None = None

    def measure(self, boxes: Sequence[Box]) -> Figures:
        """Nothing while none runs; no CPU the first time."""
        spent, memory, now = {}, 0, time.monotonic()
        for process in _processes(boxes):
            try:
                times = process.cpu_times()
                spent[process.pid, process.create_time()] = times.user + times.system
                # What processes share (a database's buffers) counts once.
                memory += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        figures = {Signal.MEMORY: percent(memory, psutil.virtual_memory().total)} if spent else {}
        if self._when is not None and spent:
            new = sum(seconds - self._spent.get(process, 0.0) for process, seconds in spent.items())
            figures[Signal.CPU] = percent(new, (now - self._when) * (psutil.cpu_count() or 1))
        self._spent, self._when = spent, now
        return figures


def _processes(boxes: Sequence[Box]) -> Iterator[psutil.Process]:
    for box in boxes:
        try:
            first = psutil.Process(pid) if (pid := box.process.pid) else None
            yield from [first, *first.children(recursive=True)] if first else []
        except psutil.NoSuchProcess:
            continue

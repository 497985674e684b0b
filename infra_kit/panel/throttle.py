"""Guessing is slow: each client waits longer after each wrong password, and all clients together have a bound too."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 3
"""Wrong passwords of a client that cost it nothing: people mistype."""
LONGEST = 30.0
"""Seconds that a client waits at most after a wrong one: 1, 2, 4, 8, 16, 30, 30, …"""
FORGIVEN = 900.0
"""Seconds without a try after which a client begins anew."""
CLIENTS = 10_000
"""Remembered at most; those that tried longest ago are forgotten first."""
BURST, EVERY = 20, 3.0
"""All clients together: so many wrong ones at once, then one every so many seconds: 28,800 a day at most. The generated
password has 2^190 values."""


@dataclass
class _Client:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class Throttle:
    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._clients: OrderedDict[str, _Client] = OrderedDict()
        self._left, self._counted = float(BURST), now()

    def begin(self, client: str) -> float:
        """Seconds to wait; 0: it may try. Its try counts as wrong until `forgive` says otherwise, so that many at once
        are no way around."""
        now = self._now()
        known = self._clients.get(client) or _Client()
        if now - known.last > FORGIVEN:
            known = _Client()
        self._left = min(float(BURST), self._left + (now - self._counted) / EVERY)
        self._counted = now
        wait = max(known.until - now, (1 - self._left) * EVERY if self._left < 1 else 0.0)
        if wait > 0:
            return wait
        self._left -= 1
        self._count(client, known, now)
        return 0.0

    def forgive(self, client: str) -> None:
        """It knew the password."""
        self._clients.pop(client, None)
        self._left = min(float(BURST), self._left + 1)

    def _count(self, client: str, known: _Client, now: float) -> None:
        known.wrong, known.last = known.wrong + 1, now
        if known.wrong > FREE:
            known.until = now + min(LONGEST, 2.0 ** min(known.wrong - FREE - 1, 10))
        self._clients[client] = known
        self._clients.move_to_end(client)
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)

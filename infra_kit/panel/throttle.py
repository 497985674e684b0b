"""Guessing is slow: each client waits longer after each wrong password, and all strangers together have a bound too."""

from __future__ import annotations

import ipaddress
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
"""All strangers together: so many wrong ones at once, then one every so many seconds: 28,800 a day at most. The
generated password has 2^190 values."""


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

    def begin(self, client: str, *, known: bool = False) -> float:
        """Seconds to wait; 0: it may try. Its try counts as wrong until `forgive` says otherwise, so that many at once
        are no way around.

        Args:
            client: who asks.
            known: it knew the password once, so the bound of all strangers is none of its own.
        """
        now = self._now()
        its = self._clients.get(client) or _Client()
        if now - its.last > FORGIVEN:
            its = _Client()
        wait = max(its.until - now, 0.0 if known else self._strangers(now))
        if wait > 0:
            return wait
        self._left -= not known
        self._count(client, its, now)
        return 0.0

    def forgive(self, client: str, *, known: bool = False) -> None:
        """It knew the password."""
        self._clients.pop(client, None)
        self._left = min(float(BURST), self._left + (not known))

    def _strangers(self, now: float) -> float:
        """Seconds that any of them waits."""
        self._left = min(float(BURST), self._left + (now - self._counted) / EVERY)
        self._counted = now
        return max(0.0, (1 - self._left) * EVERY)

    def _count(self, client: str, its: _Client, now: float) -> None:
        its.wrong, its.last = its.wrong + 1, now
        if its.wrong > FREE:
            its.until = now + min(LONGEST, 2.0 ** min(its.wrong - FREE - 1, 10))
        self._clients[client] = its
        self._clients.move_to_end(client)
        while len(self._clients) > CLIENTS:
            self._clients.popitem(last=False)


def stranger(address: str) -> str:
    """Who asks from there: of IPv6, a whole /64 is one client, for whoever has one address has 2^64 (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))

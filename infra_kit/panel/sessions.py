"""Who is logged in. Kept in the process's memory alone: what is begun anew knows nobody."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

IDLE, LONGEST = 1800.0, 43_200.0
"""Seconds after which one ends that nobody used, and after which any ends."""
MOST = 64


@dataclass
class Session:
    name: str
    """For the log."""
    begun: float
    used: float


class Sessions:
    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open: OrderedDict[str, Session] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def begin(self) -> str:
        """The token of a new one: whoever logs in has another than before."""
        token, now = secrets.token_urlsafe(32), self._now()
        self._open[_digest(token)] = Session(secrets.token_hex(3), now, now)
        while len(self._open) > MOST:
            self._open.popitem(last=False)
        return token

    def find(self, token: str, *, used: bool = True) -> Session | None:
        """None where it has ended.

        Args:
            token: what the browser has.
            used: by a person; a page that refreshes itself keeps none open.
        """
        key, now = _digest(token), self._now()
        session = self._open.get(key)
        if session is None:
            return None
        if now - session.used > IDLE or now - session.begun > LONGEST:
            del self._open[key]
            return None
        if used:
            session.used = now
        return session

    def end(self, token: str) -> None:
        self._open.pop(_digest(token), None)

    def csrf(self, token: str) -> str:
        """What a form of this browser carries: nobody else can say it, for nobody else knows the cookie."""
        return hmac.digest(self._key, token.encode(), "sha256").hex()

    def is_ours(self, token: str, csrf: str) -> bool:
        return bool(token) and hmac.compare_digest(self.csrf(token).encode(), csrf.encode())


def _digest(token: str) -> str:
    """The token itself is kept by the browser alone."""
    return hashlib.sha256(token.encode()).hexdigest()

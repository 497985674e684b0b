"""Browsers in which somebody has logged in: strangers who guess keep none of them waiting.

Nothing is kept of them here. Each has a mark, signed by what the password is known by: it outlasts a restart, and is
worth nothing once the password is another one. It opens nothing.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable

LASTS = 400 * 86_400
"""Seconds. Browsers keep no cookie for longer (https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html,
5.5)."""


class KnownBrowsers:
    def __init__(self, password_hash: str, now: Callable[[], float] = time.time) -> None:
        self._key = hmac.digest(password_hash.encode(), b"known browsers", "sha256")
        self._now = now

    def mark(self) -> str:
        """Of one more."""
        said = f"{secrets.token_hex(8)}.{int(self._now()) + LASTS}"
        return f"{said}.{self._signature(said)}"

    def name(self, mark: str) -> str:
        """By which it is told from others; empty for a mark that is not ours, or too old."""
        said, _, signature = mark.rpartition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return ""
        name, _, until = said.partition(".")
        return name if self._now() < int(until) else ""

    def _signature(self, said: str) -> str:
        return hmac.digest(self._key, said.encode(), "sha256").hex()

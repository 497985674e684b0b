"""Codes: what a browser brings back to its application, which gets tokens for it. In memory: one lives for a minute."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from infra_kit.providers.local.programs.auth.accounts import Session

SECONDS = 60.0


@dataclass(frozen=True)
class Code:
    """What somebody logged in for."""

    client: str
    redirect: str
    challenge: str
    """Of PKCE (https://www.rfc-editor.org/rfc/rfc7636): who has what it was made of is who asked."""
    nonce: str
    session: Session

    def is_for(self, client: str, redirect: str, verifier: str) -> bool:
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        same = hmac.compare_digest(made, self.challenge.encode())
        return same and (self.client, self.redirect) == (client, redirect)


class Codes:
    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Code]] = {}

    def give(self, code: Code) -> str:
        now = time.monotonic()
        self._known = {text: it for text, it in self._known.items() if it[0] > now}
        text = secrets.token_urlsafe(32)
        self._known[text] = (now + SECONDS, code)
        return text

    def take(self, text: str) -> Code | None:
        """Each once."""
        ends, code = self._known.pop(text, (0.0, None))
        return code if ends > time.monotonic() else None

"""What an Auth is told."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra_kit.providers.local.ports import LOOPBACK


@dataclass(frozen=True)
class Application:
    """Of a client."""

    id: str
    secret: str
    """Empty for one without."""
    redirects: Sequence[str]
    logouts: Sequence[str]

    def is_itself(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret.encode(), secret.encode())

    @property
    def origins(self) -> frozenset[str]:
        """Of pages that may ask by script."""
        return frozenset(f"{at.scheme}://{at.netloc}" for at in map(urlsplit, self.redirects))


@dataclass(frozen=True)
class Wanted:
    port: int
    clients: Mapping[str, Application]
    """By their id."""
    sign_up: bool
    groups: Sequence[str]
    access_seconds: int
    refresh_seconds: int
    password_length: int
    admin: tuple[str, str]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Wanted:
        clients = [
            Application(it["id"], it["secret"], tuple(it["redirects"]), tuple(it["logouts"]))
            for it in told["clients"].values()
        ]
        return cls(
            port=int(told["port"]),
            clients={it.id: it for it in clients},
            sign_up=bool(told["sign_up"]),
            groups=tuple(told["groups"]),
            access_seconds=int(told["access_seconds"]),
            refresh_seconds=int(told["refresh_seconds"]),
            password_length=int(told["password_length"]),
            admin=(told["username"], told["password"]),
        )

    @property
    def issuer(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

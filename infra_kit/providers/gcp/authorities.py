"""The certificate authorities of a managed server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Authority(Protocol):
    @property
    def cert(self) -> str | None: ...


def authorities(certificates: Sequence[Authority]) -> str:
    """All of a server's as one PEM: while one is being replaced there are two, and a client must trust both
    (https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption,
    https://cloud.google.com/sql/docs/postgres/manage-ssl-instance)."""
    return "".join(f"{certificate.cert}".rstrip("\n") + "\n" for certificate in certificates)

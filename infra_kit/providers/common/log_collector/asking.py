"""One question by HTTP, and its answer: for sinks and for the archive."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from typing import IO
from urllib.parse import urlsplit

LONGEST = 300
"""Bytes of an answer that are of interest."""


class AskingError(Exception):
    """There was no answer, or it was no good one; `status` is 0 where there was none."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | IO[bytes] | None,
    *,
    seconds: float,
    good: range = range(200, 300),
) -> None:
    """Follows no redirect. Raises `AskingError`."""
    there = urlsplit(url)
    host, path = there.hostname or "", there.path or "/"
    connection: http.client.HTTPConnection
    if there.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, there.port, timeout=seconds, context=context)
    else:
        connection = http.client.HTTPConnection(host, there.port, timeout=seconds)
    try:
        connection.request(method, f"{path}?{there.query}".rstrip("?"), body, dict(headers))
        answer = connection.getresponse()
        said = answer.read(LONGEST).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        raise AskingError(0, f"{type(error).__name__}: {error}") from None
    finally:
        connection.close()
    if answer.status not in good:
        raise AskingError(answer.status, f"it answered {answer.status}: {' '.join(said.split())}")

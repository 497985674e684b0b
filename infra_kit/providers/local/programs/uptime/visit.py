"""One request for one address, judged."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infra_kit.providers.local.uptime_file import Visit

MOST_BYTES = 4 * 2**20
"""Of an answer in which a text is looked for."""


@dataclass(frozen=True)
class Place:
    """Whom is asked."""

    secure: bool
    host: str
    port: int


class _NotWellError(Exception):
    """The text says why."""


def visit(place: Place, path: str, *, seconds: float, contains: str | None, authorities: Iterable[Path]) -> Visit:
    """Well: 200 to 399, in time, with the text that is looked for."""
    begun, when = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    why, days = "", None
    try:
        with closing(_connection(place, seconds, authorities)) as connection:
            connection.connect()
            days = _certificate_days(connection)
            _ask(connection, path, begun + seconds, contains)
    except _NotWellError as error:
        why = str(error)
    except TimeoutError:
        why = f"it was not answered within {seconds:g} s"
    except ssl.SSLCertVerificationError as error:
        why = f"its certificate is not believed: {error.verify_message}"
    except (OSError, http.client.HTTPException) as error:
        why = f"it was not answered: {str(error) or type(error).__name__}"
    return Visit(when, not why, round(time.monotonic() - begun, 4), why, days)


def _connection(place: Place, seconds: float, authorities: Iterable[Path]) -> http.client.HTTPConnection:
    if not place.secure:
        return http.client.HTTPConnection(place.host, place.port, timeout=seconds)
    context = ssl.create_default_context()
    for file in authorities:
        context.load_verify_locations(file)
    return http.client.HTTPSConnection(place.host, place.port, timeout=seconds, context=context)


def _ask(connection: http.client.HTTPConnection, path: str, deadline: float, contains: str | None) -> None:
    connection.request("GET", path, headers={"User-Agent": "infra-kit"})
    answer = connection.getresponse()
    body = b""
    while len(body) < MOST_BYTES and (chunk := answer.read1(64 * 2**10)):
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
    if not 200 <= answer.status < 400:
        raise _NotWellError(f"it was answered with {answer.status}")
    if contains and contains.encode() not in body:
        raise _NotWellError(f"the answer has no {contains!r}")


def _certificate_days(connection: http.client.HTTPConnection) -> float | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    ends = str((connection.sock.getpeercert() or {})["notAfter"])
    return round((ssl.cert_time_to_seconds(ends) - time.time()) / 86_400, 3)

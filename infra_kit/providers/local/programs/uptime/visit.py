"""One request for one address, judged."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from infra_kit.providers.local.uptime_file import Visit

MOST_BYTES = 4 * 2**20
"""Of an answer in which a text is looked for."""


class _NotWellError(Exception):
    """The text says why."""


def visit(url: str, *, seconds: float, contains: str | None, authorities: Iterable[Path]) -> Visit:
    """Well: 200 to 399, in time, with the text that is looked for."""
    begun, when = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    why, days = "", None
    try:
        with closing(_connection(url, seconds, authorities)) as connection:
            connection.connect()
            days = _certificate_days(connection)
            _ask(connection, url, begun + seconds, contains)
    except _NotWellError as error:
        why = str(error)
    except TimeoutError:
        why = f"it was not answered within {seconds:g} s"
    except ssl.SSLCertVerificationError as error:
        why = f"its certificate is not believed: {error.verify_message}"
    except (OSError, http.client.HTTPException) as error:
        why = f"it was not answered: {str(error) or type(error).__name__}"
    return Visit(when, not why, round(time.monotonic() - begun, 4), why, days)


def _connection(url: str, seconds: float, authorities: Iterable[Path]) -> http.client.HTTPConnection:
    at = urlsplit(url)
    if at.scheme != "https":
        return http.client.HTTPConnection(at.netloc, timeout=seconds)
    context = ssl.create_default_context()
    for file in authorities:
        context.load_verify_locations(file)
    return http.client.HTTPSConnection(at.netloc, timeout=seconds, context=context)


def _ask(connection: http.client.HTTPConnection, url: str, deadline: float, contains: str | None) -> None:
    at = urlsplit(url)
    target = at.path or "/"
    connection.request("GET", f"{target}?{at.query}" if at.query else target, headers={"User-Agent": "infra-kit"})
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

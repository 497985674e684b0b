"""JSON, posted to who is told of alerts. Where to is secret: no error names it.

Python's own library alone: it is in the Lambda function that tells (`aws/alert_teller.py`), too.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

SECONDS = 10.0


class UntoldError(Exception):
    """It did not get through; the text says why, without where to."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is secret is told to nobody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def post(url: str, body: Mapping[str, Any]) -> None:
    """Taken where the answer is 200 to 299. Raises `UntoldError`."""
    if not url.lower().startswith(("http://", "https://")):
        raise UntoldError("it is no URL that begins with http:// or https://")
    headers = {"Content-Type": "application/json", "User-Agent": "infra-kit"}
    try:
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            answer.read(1024)
    except urllib.error.HTTPError as error:
        raise UntoldError(f"it was answered with {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UntoldError(why(error)) from None


def why(error: Exception) -> str:
    """Some errors quote the URL."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, TimeoutError):
        return f"it was not answered within {SECONDS:.0f} s"
    words = reason.strerror if isinstance(reason, OSError) else None
    return words or type(reason).__name__

"""A Lambda function: asks a database that was restored what it must answer. It reaches nothing but the server; what it
signs in with comes with the event.

Event:
    host, port: the server.
    login: the JSON of a user's secret, `{"username": …, "password": …}`.

Beside it is `checks.json`: by name, `database`, `sql` and `expects`, as `psql -At` prints the answer.

Returns what was answered otherwise, a line a check; an empty text where all is as it should be.
"""

from __future__ import annotations

import json
import ssl
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pg8000.native

HERE = Path(__file__).parent
SECONDS = 120
"""That an answer may take."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    checks = json.loads((HERE / "checks.json").read_text())
    return asked(event, checks, ssl.create_default_context(cafile=str(HERE / "authorities.pem")))


def asked(event: Mapping[str, Any], checks: Mapping[str, Mapping[str, str]], trust: ssl.SSLContext) -> str:
    """What was answered otherwise by the server, whose certificate must be one that `trust` knows."""
    return "\n".join(wrong for name, it in checks.items() if (wrong := _wrong(event, name, it, trust)))


def _wrong(event: Mapping[str, Any], name: str, check: Mapping[str, str], trust: ssl.SSLContext) -> str:
    try:
        said = _answer(event, check, trust)
    except pg8000.native.Error as error:
        return f"{name}: {error}"
    if said == check["expects"]:
        return ""
    return f"{name}: {check['sql']} is answered with {said!r}, expected {check['expects']!r}"


def _answer(event: Mapping[str, Any], check: Mapping[str, str], trust: ssl.SSLContext) -> str:
    login = json.loads(event["login"])
    with pg8000.native.Connection(
        login["username"],
        password=login["password"],
        host=event["host"],
        port=int(event["port"]),
        database=check["database"],
        ssl_context=trust,
        timeout=SECONDS,
    ) as server:
        # All values as the server writes them.
        server.pg_types = defaultdict(lambda: str)
        rows = server.run(check["sql"]) or []
    return "\n".join("|".join("" if value is None else value for value in row) for row in rows)

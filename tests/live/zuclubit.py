"""Who uses Zuclubit: a service in its database, as it is linked, and a person who logs in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import psycopg

from stacks.zuclubit.accounts import AUDIENCE, BACK

EMAIL, PASSWORD, VERIFIER = "ana@customer.example", "correct horse battery", "v" * 64
SECONDS = 60
COUNTED = ("tenants", "leads", "proposals", "proposal_line_items")


def as_linked(url: str, box: Path, service: str) -> str:
    """The URL of a database for whom a link made, whose password is in the server's box."""
    told = json.loads((box / "links" / f"{service}__db.json").read_text())
    there = urlsplit(url)
    return f"postgresql://{told['user']}:{told['password']}@{there.hostname}:{there.port}{there.path}"


def tenant(service: psycopg.Connection, who: UUID) -> None:
    """For the transaction that has begun, as a pooler needs it."""
    service.execute("SELECT set_config('app.tenant_id', %s, true)", [str(who)])


def works(service: psycopg.Connection, who: UUID) -> None:
    """A lead, and a proposal with a line."""
    with service.transaction():
        tenant(service, who)
        service.execute("INSERT INTO leads (tenant_id) VALUES (%s)", [who])
        made = service.execute("INSERT INTO proposals (tenant_id) VALUES (%s) RETURNING id", [who]).fetchone()
        service.execute("INSERT INTO proposal_line_items (proposal_id, name) VALUES (%s, 'a line')", made)


def sees(service: psycopg.Connection, who: UUID | None) -> list[int]:
    """How many rows of each table."""
    with service.transaction():
        if who:
            tenant(service, who)
        rows = [service.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() for table in COUNTED]  # noqa: S608
    return [row[0] for row in rows if row]


def logged_in(accounts: Mapping[str, str]) -> str:
    """The token of a person whose account is made for it.

    Args:
        accounts: what `infra-kit show auth` tells.
    """
    issuer, admin = accounts["issuer"], (accounts["username"], accounts["password"])
    person = {"email": EMAIL, "password": PASSWORD}
    httpx.put(f"{issuer}/users", auth=admin, json=person, timeout=SECONDS).raise_for_status()
    asked = {
        "response_type": "code", "client_id": AUDIENCE, "redirect_uri": BACK, "scope": "openid", "state": "s",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }  # fmt: skip
    back = httpx.post(f"{issuer}/authorize", params=asked, data={**person, "do": "log-in"}, timeout=SECONDS)
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "client_id": AUDIENCE, "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = httpx.post(f"{issuer}/token", data={**form, "code": code}, timeout=SECONDS)
    return str(answer.raise_for_status().json()["access_token"])

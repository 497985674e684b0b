"""People and their refresh tokens, on disk. Of a password and of a token only what cannot be turned back is kept."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra_kit.panel.passwords import hashed, is_right
from infra_kit.providers.local.programs.sqlite_file import SqliteFile

_TABLES = """
CREATE TABLE IF NOT EXISTS people (sub TEXT PRIMARY KEY, email TEXT UNIQUE, hash TEXT, groups TEXT);
CREATE TABLE IF NOT EXISTS refreshes (
  digest TEXT PRIMARY KEY, family TEXT, sub TEXT, client TEXT, began INTEGER, ends INTEGER, used INTEGER DEFAULT 0);
CREATE INDEX IF NOT EXISTS by_family ON refreshes (family);
"""
_TAKE = """
UPDATE refreshes SET used = 1 WHERE digest = ? AND client = ? AND used = 0 AND ends > ?
RETURNING family, sub, began, ends
"""
_STOLEN = "DELETE FROM refreshes WHERE family IN (SELECT family FROM refreshes WHERE digest = ?)"
_PUT = """
INSERT INTO people VALUES (?, ?, ?, ?)
ON CONFLICT (email) DO UPDATE SET hash = excluded.hash, groups = excluded.groups RETURNING sub
"""
_ANYBODYS = hashed("nobody has this password", "what takes as long as a right one")


@dataclass(frozen=True)
class Person:
    sub: str
    email: str
    groups: Sequence[str]


@dataclass(frozen=True)
class Session:
    """Of a person in an application, from a login until its refresh tokens end."""

    sub: str
    family: str
    began: int
    ends: int


class Accounts:
    def __init__(self, file: Path) -> None:
        self._file = SqliteFile(file, _TABLES, precious=True)

    def put(self, email: str, password: str, groups: Sequence[str]) -> Person:
        """Makes an account, or changes the one that there is."""
        row = (str(uuid.uuid4()), email.lower(), _hash(password), json.dumps(list(groups)))
        with self._file.change() as database:
            (sub,) = database.execute(_PUT, row).fetchone()
        return Person(sub, email.lower(), groups)

    def sign_up(self, email: str, password: str) -> Person | None:
        """None where somebody has that address already."""
        person = Person(str(uuid.uuid4()), email.lower(), [])
        try:
            with self._file.change() as database:
                database.execute(
                    "INSERT INTO people VALUES (?, ?, ?, '[]')", (person.sub, person.email, _hash(password))
                )
        except sqlite3.IntegrityError:
            return None
        return person

    def log_in(self, email: str, password: str) -> Person | None:
        """Takes as long for an address that nobody has."""
        with self._file.read() as database:
            row = database.execute("SELECT sub, hash FROM people WHERE email = ?", (email.lower(),)).fetchone()
        sub, known = row or ("", _ANYBODYS)
        return self.person(sub) if is_right(password, known) and row else None

    def person(self, sub: str) -> Person | None:
        with self._file.read() as database:
            row = database.execute("SELECT email, groups FROM people WHERE sub = ?", (sub,)).fetchone()
        return Person(sub, row[0], json.loads(row[1])) if row else None

    def begin(self, sub: str, seconds: int) -> Session:
        now = int(time.time())
        return Session(sub, str(uuid.uuid4()), now, now + seconds)

    def give(self, session: Session, client: str) -> str:
        """A refresh token."""
        token = secrets.token_urlsafe(32)
        row = (_digest(token), session.family, session.sub, client, session.began, session.ends)
        with self._file.change() as database:
            database.execute("DELETE FROM refreshes WHERE ends < ?", (int(time.time()),))
            database.execute("INSERT INTO refreshes VALUES (?, ?, ?, ?, ?, ?, 0)", row)
        return token

    def take(self, token: str, client: str) -> Session | None:
        """Each once: who shows one again has stolen it, or was stolen from, and the whole session ends."""
        with self._file.change() as database:
            row = database.execute(_TAKE, (_digest(token), client, int(time.time()))).fetchone()
            if row is None:
                database.execute(_STOLEN, (_digest(token),))
                return None
        family, sub, began, ends = row
        return Session(sub, family, began, ends)


def _hash(password: str) -> str:
    return hashed(password, secrets.token_urlsafe(16))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

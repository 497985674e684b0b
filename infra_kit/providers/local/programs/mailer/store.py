"""The latest mails, on disk: what is beyond the bounds is forgotten, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from infra_kit.providers.local.programs.sqlite_file import SqliteFile

MOST_MAILS, MOST_BYTES = 1000, 256 * 2**20
"""That are kept."""
SHOWN = 200
"""Of a list."""

_TABLES = """
CREATE TABLE IF NOT EXISTS mails (
  id INTEGER PRIMARY KEY AUTOINCREMENT, received TEXT, username TEXT, sender TEXT, recipients TEXT, raw BLOB);
"""
_FORGET = """
DELETE FROM mails WHERE id NOT IN (
  SELECT id FROM (
    SELECT id, sum(length(raw)) OVER (ORDER BY id DESC) AS bytes, row_number() OVER (ORDER BY id DESC) AS place
    FROM mails)
  WHERE place = 1 OR (bytes <= ? AND place <= ?))
"""
_LATEST = """
SELECT * FROM mails WHERE :to = '' OR instr(' ' || lower(recipients) || ' ', ' ' || :to || ' ') > 0
ORDER BY id DESC LIMIT :most
"""
_KEEP = "INSERT INTO mails (received, username, sender, recipients, raw) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class Mail:
    """As it came."""

    id: int
    received: str
    username: str
    """Who handed it over."""
    sender: str
    """Of its envelope, as its recipients are: the headers may say others."""
    recipients: Sequence[str]
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def attachments(self) -> list[str]:
        """Their names."""
        return [part.get_filename() or part.get_content_type() for part in self.message.iter_attachments()]

    def _body(self, kind: str) -> str:
        """Empty where there is none."""
        found = self.message.get_body((kind,))
        if found is None:
            return ""
        try:
            return str(found.get_content())
        except LookupError:  # a character set that nobody knows
            return cast(bytes, found.get_payload(decode=True)).decode(errors="replace")


class Store:
    def __init__(self, file: Path, *, most_mails: int = MOST_MAILS, most_bytes: int = MOST_BYTES) -> None:
        self._file, self._most = SqliteFile(file, _TABLES), (most_bytes, most_mails)

    def keep(self, username: str, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Raises `sqlite3.Error` where the disk takes no more."""
        row = (datetime.now(UTC).isoformat(timespec="milliseconds"), username, sender, " ".join(recipients), raw)
        with self._file.change() as database:
            database.execute(_KEEP, row)
            database.execute(_FORGET, self._most)

    def latest(self, to: str = "") -> list[Mail]:
        """The newest first; those to an address."""
        with self._file.read() as database:
            rows = database.execute(_LATEST, {"to": to.lower(), "most": SHOWN})
            return [_mail(row) for row in rows]

    def one(self, number: int) -> Mail | None:
        with self._file.read() as database:
            row = database.execute("SELECT * FROM mails WHERE id = ?", (number,)).fetchone()
            return _mail(row) if row else None


def _mail(row: Sequence[Any]) -> Mail:
    number, received, username, sender, recipients, raw = row
    return Mail(number, received, username, sender, recipients.split(), raw)

"""The latest traces, on disk: what is beyond the bounds is forgotten, the oldest first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_kit.providers.local.programs.sqlite_file import SqliteFile
from infra_kit.providers.local.programs.traces.otlp import Span

MOST_TRACES, MOST_BYTES = 1000, 64 * 2**20
"""That are kept. The file may be larger by what is sent at once."""
SHOWN = 200
"""Traces of a list."""
OVERHEAD = 100
"""Bytes of a span beside its texts."""

_TABLES = """
CREATE TABLE IF NOT EXISTS spans (
  trace TEXT, span TEXT, parent TEXT, service TEXT, name TEXT, begin INTEGER, finish INTEGER, failed INTEGER,
  attributes TEXT, events TEXT, PRIMARY KEY (trace, span));
CREATE TABLE IF NOT EXISTS traces (trace TEXT PRIMARY KEY, received INTEGER, bytes INTEGER);
CREATE INDEX IF NOT EXISTS by_age ON traces (received);
"""
_LATEST = """
SELECT trace, min(begin), max(finish), count(*), sum(failed), group_concat(DISTINCT service)
FROM (SELECT * FROM traces ORDER BY received DESC LIMIT ?) JOIN spans USING (trace)
GROUP BY trace ORDER BY received DESC
"""
_GROWS = """
INSERT INTO traces SELECT ?, coalesce(max(received), 0) + 1, ? FROM traces WHERE true
ON CONFLICT DO UPDATE SET received = excluded.received, bytes = bytes + excluded.bytes
"""
_FIRST = "SELECT service, name FROM spans WHERE trace = ? ORDER BY parent <> '', begin LIMIT 1"


@dataclass(frozen=True)
class Summary:
    """A trace in a list."""

    trace: str
    service: str
    """Where it began."""
    name: str
    begin: int
    """Nanoseconds since 1970."""
    end: int
    spans: int
    failed: int
    services: Sequence[str]


class Store:
    def __init__(self, file: Path, *, most_traces: int = MOST_TRACES, most_bytes: int = MOST_BYTES) -> None:
        self._most_traces, self._most_bytes = most_traces, most_bytes
        self._file = SqliteFile(file, _TABLES)

    def keep(self, spans: Sequence[Span]) -> None:
        """Raises `sqlite3.Error` where the disk takes no more."""
        rows = [_row(span) for span in spans]
        sizes: dict[str, int] = {}
        for row in rows:
            sizes[row[0]] = sizes.get(row[0], 0) + sum(len(it) for it in row if isinstance(it, str)) + OVERHEAD
        with self._file.change() as database:
            database.executemany("INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            database.executemany(_GROWS, list(sizes.items()))
            self._forget(database)

    def latest(self) -> list[Summary]:
        """The newest first."""
        with self._file.read() as database:
            return [_summary(database, row) for row in database.execute(_LATEST, (SHOWN,))]

    def trace(self, trace: str) -> list[Span]:
        """By when they began; empty where it is not known, or not any more."""
        wanted = "SELECT * FROM spans WHERE trace = ? ORDER BY begin, finish DESC"
        with self._file.read() as database:
            return [_span(row) for row in database.execute(wanted, (trace,))]

    def _forget(self, database: sqlite3.Connection) -> None:
        kept, room = 0, self._most_bytes
        for trace, size in database.execute("SELECT trace, bytes FROM traces ORDER BY received DESC").fetchall():
            room -= size
            if kept == self._most_traces or room < 0:
                database.execute("DELETE FROM spans WHERE trace = ?", (trace,))
                database.execute("DELETE FROM traces WHERE trace = ?", (trace,))
            else:
                kept += 1


def _row(span: Span) -> tuple[Any, ...]:
    where = (span.trace, span.span, span.parent, span.service, span.name)
    return (*where, span.begin, span.end, span.failed, json.dumps(span.attributes), json.dumps(span.events))


def _span(row: Sequence[Any]) -> Span:
    trace, span, parent, service, name, begin, end, failed, attributes, events = row
    told: Mapping[str, Any] = json.loads(attributes)
    return Span(trace, span, parent, service, name, begin, end, bool(failed), told, json.loads(events))


def _summary(database: sqlite3.Connection, row: Sequence[Any]) -> Summary:
    trace, begin, end, spans, failed, services = row
    service, name = database.execute(_FIRST, (trace,)).fetchone()
    return Summary(trace, service, name, begin, end, spans, failed, sorted(services.split(",")))

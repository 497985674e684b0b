"""The figures of the last day, in a file of SQLite's: it survives a crash in the midst of writing."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from infra_kit.providers.local.signals.probe import Figures

DAY = 86_400
"""Seconds; what is older is forgotten."""
PATIENCE = 5.0

_MADE = """
CREATE TABLE IF NOT EXISTS figures (component TEXT, signal TEXT, at INTEGER, value REAL,
                                    PRIMARY KEY (component, signal, at)) WITHOUT ROWID
"""
_ADD = "INSERT OR REPLACE INTO figures VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM figures WHERE component = ? AND signal = ? AND at < ?"
_READ = """
SELECT MAX(at), AVG(value) FROM figures WHERE component = ? AND signal = ? AND at >= ? GROUP BY at / ? ORDER BY 1
"""
_LAST = "SELECT at, value FROM figures WHERE component = ? AND signal = ? ORDER BY at DESC LIMIT 1"

Point = tuple[int, float]
"""When (seconds of Unix), and what it was."""


class Store:
    FILE = "figures.sqlite"

    def __init__(self, file: Path) -> None:
        """Begins anew where the file cannot be read: what it held is measured again within a day."""
        try:
            self._database = _opened(file)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            print(f"{file} begins anew: {error}")
            for part in file.parent.glob(f"{file.name}*"):
                part.unlink()
            self._database = _opened(file)

    def add(self, component: str, figures: Figures, when: float) -> None:
        """What was measured of a component at one time. What is no number cannot be drawn, and is not kept."""
        at, known = int(when), {it: value for it, value in figures.items() if math.isfinite(value)}
        with self._database:
            self._database.executemany(_ADD, [(component, str(it), at, value) for it, value in known.items()])
            self._database.executemany(_FORGET, [(component, str(it), at - DAY) for it in known])


def _opened(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=PATIENCE)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute(_MADE)
    with database:
        database.execute("DELETE FROM figures WHERE at < ?", (int(time.time()) - DAY,))
    return database


class Reader:
    """Reads it, in another thread than it is written in."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def points(self, component: str, signal: str, since: float, step: float) -> Sequence[Point]:
        """Means over so many seconds each."""
        asked = (component, signal, int(since), max(1, int(step)))
        return self._database.execute(_READ, asked).fetchall()

    def last(self, component: str, signal: str) -> Point | None:
        found: Point | None = self._database.execute(_LAST, (component, signal)).fetchone()
        return found

"""A file of SQLite's: it survives a crash."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class SqliteFile:
    def __init__(self, file: Path, tables: str, *, precious: bool = False) -> None:
        """Args:
        file: where it is.
        tables: the SQL that makes those that are not there.
        precious: whether what is in it cannot be had again. If not, it is begun anew where it is damaged.
        """
        self._file, self._tables = file, tables
        self._lock = threading.Lock()
        try:
            self._prepare()
        except sqlite3.OperationalError:  # the disk, or its rights
            raise
        except sqlite3.DatabaseError as error:
            if precious:
                raise
            print(f"{file} was damaged ({error}) and is begun anew")
            for each in file.parent.glob(f"{file.name}*"):
                each.unlink()
            self._prepare()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=30)) as database:
            yield database

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One at a time, all of it or nothing."""
        with self._lock, self.read() as database, database:
            yield database

    def _prepare(self) -> None:
        with self.read() as database:
            database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {self._tables}")

"""What a database holds at one moment: rows and checksum of each table.

The moment is a named point of the log, at which a restore can end. Writers wait for it for some milliseconds: each
table is locked against them until the snapshot stands; whoever drops or truncates one waits until all are read. Where a
writer holds one for too long, nothing is noted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import psycopg
from psycopg import sql

from infra_kit.providers.local.box import Record
from infra_kit.providers.local.servers import postgres_roles

Facts = Mapping[str, Mapping[str, str]]
"""By database, by table: `<rows>` or `<rows> <checksum>`."""

LOCK_SECONDS = 2
"""How long writers may wait for each other and for us, over all tables."""
CHECKSUMMED = 64 * 2**20
"""Bytes of a table up to which its contents are hashed: about a second. PostgreSQL's own checksums of pages stand
for the rest."""
COUNTED, COUNTED_WHEN_SETTLED = 256 * 2**20, 4 * 2**30
"""Bytes up to which rows are counted, the latter where vacuum has been: elsewhere who reads a page first writes it too,
and all of them to the log."""
_TABLES = f"""
SELECT format('%I.%I', nspname, relname), pg_relation_size(pg_class.oid),
       pg_relation_size(pg_class.oid) <= CASE WHEN relallvisible >= 0.9 * relpages THEN {COUNTED_WHEN_SETTLED}
                                              ELSE {COUNTED} END
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND relpersistence = 'p' AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
ORDER BY 1"""  # noqa: S608
_SETTINGS = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; "
_SETTINGS += "SET bytea_output = 'hex'; SET search_path = pg_catalog"

_IN_THE_WAY = (
    psycopg.errors.QueryCanceled,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.UndefinedTable,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.OutOfMemory,
)
"""A writer that holds a table for too long; a table or its schema that was dropped since it was listed; more tables
than the server has room for locks (`max_locks_per_transaction`)."""


def databases(record: Record) -> list[str]:
    with postgres_roles.connect(record) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1")
        return [name for (name,) in rows]


@contextmanager
def at_a_point(record: Record, name: str) -> Iterator[Callable[[], Facts] | None]:
    """Gives the point of the log that is now this name; what is yielded reads what all databases hold at it, while this
    is entered. None where a writer was in the way."""
    with ExitStack() as open_:
        names = databases(record)
        locked = {it: open_.enter_context(_session(record, it)) for it in names}
        seeing = {it: open_.enter_context(_session(record, it)) for it in names}
        until = time.monotonic() + LOCK_SECONDS
        try:
            tables = {it: _lock(locked[it], seeing[it], until) for it in names}
        except _IN_THE_WAY:
            yield None
            return
        for it, session in locked.items():
            row = session.execute("SELECT pg_export_snapshot()").fetchone()
            seeing[it].execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(row[0] if row else ""))
        locked["postgres"].execute("SELECT pg_create_restore_point(%s)", [name])
        for session in locked.values():
            session.execute("ROLLBACK")
        yield lambda: {it: _contents(session, tables[it]) for it, session in seeing.items()}


def now(record: Record, asked: Facts) -> Facts:
    """What the same tables hold now; a table that is gone holds nothing."""
    found: dict[str, dict[str, str]] = {}
    for database, tables in asked.items():
        with _session(record, database) as session:
            there = [name for name, *_ in session.execute(_TABLES) if name in tables]
            found[database] = dict(_contents(session, {name: " " in tables[name] for name in there}))
    return found


def differences(was: Facts, is_: Facts) -> list[str]:
    """Each in a line."""
    return [
        f"{database}: table {table}: {_worded(told)} copied, {_worded(is_.get(database, {}).get(table))} came back"
        for database, tables in was.items()
        for table, told in tables.items()
        if is_.get(database, {}).get(table) != told
    ]


def _worded(told: str | None) -> str:
    rows, _, checksum = (told or "no").partition(" ")
    return f"{rows} rows" + (f" (checksum {checksum})" if checksum else "")


@contextmanager
def _session(record: Record, database: str) -> Iterator[psycopg.Connection]:
    with postgres_roles.connect(record, database) as connection:
        connection.execute(_SETTINGS)
        yield connection


def _lock(locked: psycopg.Connection, seeing: psycopg.Connection, until: float) -> Mapping[str, bool]:
    """The tables that are looked at, and whether their contents are.

    Nobody writes to them as long as `locked` goes on, and nobody drops or truncates them as long as `seeing` does.
    """
    # Its snapshot is to be taken when the locks stand, so it is none of REPEATABLE READ.
    locked.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    seeing.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    tables = {name: size <= CHECKSUMMED for name, size, counted in locked.execute(_TABLES) if counted}
    all_ = ", ".join(f"ONLY {name}" for name in tables)  # quoted by format('%I')
    for session, mode in ((locked, "SHARE"), (seeing, "ACCESS SHARE")) if tables else ():
        left = max(1, int((until - time.monotonic()) * 1000))
        # Of the whole statement: a timeout of locks begins anew with each of them.
        session.execute(f"SET LOCAL statement_timeout = {left}")
        session.execute(f"LOCK TABLE {all_} IN {mode} MODE")
        session.execute("SET LOCAL statement_timeout = 0")
    return tables


def _contents(session: psycopg.Connection, tables: Mapping[str, bool]) -> Mapping[str, str]:
    found = {}
    for name, with_contents in tables.items():
        hashed = "|| ' ' || coalesce(sum(hashtextextended(it::text, 0)), 0)" if with_contents else ""
        row = session.execute(f"SELECT count(*) {hashed} FROM ONLY {name} AS it").fetchone()  # noqa: S608
        found[name] = str(row[0]) if row else ""
    return found

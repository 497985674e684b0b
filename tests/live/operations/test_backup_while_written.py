"""A copy of a database that is written to meanwhile: what is shipped, noted and counted is as it was copied."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, cast

import psycopg
import pytest
import zstandard

from infra_kit.errors import BackupError
from infra_kit.providers.local.backups import postgres_facts, postgres_log, restore, settings
from infra_kit.providers.local.servers import postgres_roles
from tests.live.operations.backups import Safe, connect, write


class Overtaken:
    """A session in which somebody else fills the next segment of the log as soon as one was ended."""

    def __init__(self, session: psycopg.Connection, writer: psycopg.Connection) -> None:
        self._session, self._writer = session, writer

    def execute(self, query: str, *values: Any) -> Any:
        answer = self._session.execute(query, *values)
        if "pg_switch_wal" in query:
            self._writer.execute("SELECT pg_logical_emit_message(false, 'x', repeat('x', 16 * 1024 * 1024))")
        return answer


def test_of_the_log_only_what_is_on_the_disk_is_shipped(safe: Safe) -> None:
    safe.take()
    db = safe.box_of("db")
    with postgres_roles.connect(db.record) as session, postgres_roles.connect(db.record) as writer:
        session.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        session.execute("SELECT pg_reload_conf()")
        writer.execute("BEGIN")
        busy = cast("psycopg.Connection", Overtaken(session, writer))
        flushed = "SELECT pg_current_wal_insert_lsn() > %s::pg_lsn + 16777216, pg_current_wal_flush_lsn() >= %s::pg_lsn"
        for _ in range(10):  # the server may bring what is new to the disk before it is asked: that counts too
            finished = postgres_log._finished(busy, postgres_log.slot("safe"))
            row = session.execute(flushed, [finished.until_lsn, finished.end]).fetchone()
            assert row == (True, True)
            if len(finished.names) == 1:
                break
            session.execute("SELECT pg_replication_slot_advance(%s, %s)", [postgres_log.slot("safe"), finished.end])
    assert len(finished.names) == 1


def test_a_log_that_cannot_be_read_to_its_end_does_not_pass_for_the_newest(safe: Safe) -> None:
    write(safe.box_of("db"), "one")
    safe.take()
    write(safe.box_of("db"), "two")
    safe.tick()
    told, segment = [file for file in safe.files() if file.startswith("log/")][-2:]
    packed = zstandard.ZstdCompressor().compress(bytes(postgres_log.SEGMENT))
    batch = json.loads(safe.rclone("cat", f"copies:{told}"))
    for part in batch["parts"]:
        if part["path"] == segment:
            part.update(sha256=hashlib.sha256(packed).hexdigest(), size=len(packed))
    repository = settings.repository(safe.box)
    repository.put(segment, [packed])
    repository.put_json(told, batch)
    with pytest.raises(BackupError, match=r"db: the log was shipped to .*, and PostgreSQL could read it to"):
        restore.into(safe.box, "db", None, "db-restored")
    assert not safe.box_of("db-restored").path.exists()


def test_a_table_that_somebody_would_truncate_while_it_is_counted_is_counted_as_it_was_copied(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = safe.box_of("db")
    write(db, "one", "two")
    contents = postgres_facts._contents

    def busy(*arguments: Any) -> Mapping[str, str]:
        with connect(db) as session, pytest.raises(psycopg.errors.LockNotAvailable):
            session.execute("SET lock_timeout = '100ms'; TRUNCATE ledger")
        return contents(*arguments)

    monkeypatch.setattr(postgres_facts, "_contents", busy)
    monkeypatch.setattr(postgres_facts, "LOCK_SECONDS", 60)
    safe.take()
    monkeypatch.undo()
    assert safe.report["without_checksums"] == []
    assert safe.drill()["failure"] == ""


def test_a_table_that_is_dropped_while_it_is_listed_does_not_cost_the_copy(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(safe.box_of("db"), "one")
    monkeypatch.setattr(postgres_facts, "_TABLES", "SELECT 'public.gone', 0, true")
    safe.take()
    assert safe.report["failure"] == ""
    assert safe.report["without_checksums"] == ["db"]


def test_a_writer_that_holds_a_table_costs_the_others_two_seconds_and_the_copy_its_counts(
    safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, execute = safe.box_of("db"), psycopg.Connection.execute
    waits: list[int] = []

    def noted(self: psycopg.Connection, query: Any, *arguments: Any, **how: Any) -> psycopg.Cursor:
        waits.extend(map(int, re.findall(r"^SET LOCAL statement_timeout = (\d+)$", str(query))))
        return execute(self, query, *arguments, **how)

    write(db, "one")
    with connect(db) as writer:
        writer.execute("BEGIN")
        writer.execute("INSERT INTO ledger (entry) VALUES ('not yet')")
        monkeypatch.setattr(psycopg.Connection, "execute", noted)
        with postgres_facts.at_a_point(db.record, "a point") as read:
            assert read is None
        monkeypatch.undo()
        # The server keeps to it, however busy its machine is.
        assert 0 < max(waits) <= 1000 * postgres_facts.LOCK_SECONDS
        safe.take()
    assert safe.report["without_checksums"] == ["db"]
    told = safe.drill()
    assert (told["failure"], told["not_compared"]) == ("", ["db"]), "it says what it has not compared"

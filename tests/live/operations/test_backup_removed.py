"""A backup that is removed: the servers keep no log for it any more."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import pq

from infra_kit.providers.local.backups import postgres_log
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.servers import backup, postgres_roles
from tests.live.operations.backups import Safe, connect


def slots(session: psycopg.Connection) -> tuple[Any, ...] | None:
    return session.execute("SELECT count(*), count(*) FILTER (WHERE active) FROM pg_replication_slots").fetchone()


def held(box: Box, slot: str) -> psycopg.Connection:
    """A session that is fed by a slot."""
    session = psycopg.connect(
        host=LOOPBACK, port=box.record.ports[0], user=postgres_roles.SUPERUSER, autocommit=True,
        password=box.record.secrets["superuser"], replication="true",
    )  # fmt: skip
    with postgres_roles.connect(box.record) as asked:
        row = asked.execute("SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = %s", [slot]).fetchone()
    assert row
    begun = session.pgconn.exec_(f"START_REPLICATION SLOT {slot} PHYSICAL {row[0]}".encode())
    assert begun.status == pq.ExecStatus.COPY_BOTH, session.pgconn.error_message
    return session


def test_a_removed_backup_lets_the_server_drop_its_log(safe: Safe) -> None:
    safe.take()
    with connect(safe.box_of("db"), "app") as session:
        assert slots(session) == (1, 0)
        backup.HANDLER.delete("", safe.props)
        assert slots(session) == (0, 0)
    assert not safe.box.path.exists()


def test_no_run_is_left_that_could_have_the_log_kept_anew(safe: Safe, monkeypatch: pytest.MonkeyPatch) -> None:
    safe.take()
    forget, supervisors = postgres_log.forget, [safe.box.process.pid]

    def noted(source: Box, name: str) -> None:
        supervisors.append(safe.box.process.pid)
        forget(source, name)

    monkeypatch.setattr(postgres_log, "forget", noted)
    backup.HANDLER.delete("", safe.props)
    assert supervisors[0]
    assert supervisors[1:] == [None]


def test_a_session_that_holds_the_log_though_its_run_is_gone_keeps_it_no_longer(safe: Safe) -> None:
    safe.take()
    db = safe.box_of("db")
    holder = held(db, postgres_log.slot("safe"))
    with connect(db, "app") as session:
        assert slots(session) == (1, 1)
        backup.HANDLER.delete("", safe.props)
        assert slots(session) == (0, 0)
    holder.close()


def test_a_primary_forgets_a_replica_that_is_gone_though_its_session_has_not_ended(safe: Safe) -> None:
    db = safe.box_of("db")
    postgres_roles.claim_slot(db.record, "db-replica-1")
    holder = held(db, postgres_roles.slot("db-replica-1"))
    postgres_roles.drop_slot(db.record, "db-replica-1")
    with connect(db, "app") as session:
        assert slots(session) == (0, 0)
    holder.close()

"""A streaming replica of a real PostgreSQL server."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest
from psycopg import sql

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.servers.postgres import HANDLER
from tests.live.servers.database import ensure, pid, props, url

__all__ = ["props"]


def of(primary: Props, props: Props) -> Props:
    return {**props, "name": "db-replica-1", "primary": "db", "primary_port": primary["public"]["port"]}


def write(primary: Props, statement: str) -> str:
    """Runs it on the primary; returns where the log is then."""
    with psycopg.connect(url(primary), autocommit=True) as writer:
        writer.execute(statement.encode())
        row = writer.execute("SELECT pg_current_wal_lsn()").fetchone()
    assert row
    return str(row[0])


def wait_for(replica: Props, position: str) -> None:
    with psycopg.connect(url(replica), autocommit=True) as reader:
        caught_up = sql.SQL("SELECT pg_last_wal_replay_lsn() >= {}::pg_lsn").format(sql.Literal(position))
        while reader.execute(caught_up).fetchone() != (True,):
            pass


def test_a_replica_follows_and_takes_no_writes(props: Props) -> None:
    primary = ensure(props)
    replica = ensure(of(primary, props))
    wait_for(replica, write(primary, "CREATE TABLE news AS SELECT 'hello' AS text"))
    with psycopg.connect(url(replica), autocommit=True) as reader:
        assert reader.execute("SELECT text FROM news").fetchone() == ("hello",)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("CREATE TABLE mine ()")


def test_a_replica_that_was_away_catches_up(props: Props) -> None:
    primary = ensure(props)
    asked = of(primary, props)
    ensure(asked)
    os.kill(pid(asked), signal.SIGKILL)
    _write_and_recycle_the_log(props, primary)
    replica = ensure(asked)
    wait_for(replica, write(primary, "CREATE TABLE last ()"))
    assert psycopg.connect(url(replica)).execute("SELECT count(*) FROM much").fetchone() == (200_000,)


def test_a_replica_whose_log_is_gone_is_copied_anew(props: Props) -> None:
    primary = ensure(props)
    asked = of(primary, props)
    ensure(asked)
    box_of(asked).process.stop(HANDLER.STOP)
    postgres_roles.drop_slot(box_of(props).record, "db-replica-1")
    _write_and_recycle_the_log(props, primary)
    replica = ensure(asked)
    wait_for(replica, write(primary, "CREATE TABLE last ()"))
    assert psycopg.connect(url(replica)).execute("SELECT count(*) FROM much").fetchone() == (200_000,)


def test_a_replica_that_is_not_fed_counts_as_changed(props: Props) -> None:
    primary = ensure(props)
    asked = of(primary, props)
    replica = ensure(asked)
    assert not HANDLER.changed(replica, asked)
    box_of(props).process.stop(HANDLER.STOP)
    assert HANDLER.changed(replica, asked)


def test_a_primary_forgets_a_replica_that_was_removed(props: Props) -> None:
    primary = ensure(props)
    asked = of(primary, props)
    replica = ensure(asked)
    HANDLER.delete("", {**asked, **replica})
    with postgres_roles.connect(box_of(props).record) as connection:
        assert connection.execute("SELECT slot_name FROM pg_replication_slots").fetchall() == []


def _write_and_recycle_the_log(props: Props, primary: Props) -> None:
    write(primary, "CREATE TABLE much AS SELECT n, md5(n::text) FROM generate_series(1, 200000) n")
    with postgres_roles.connect(box_of(props).record) as connection:
        for _ in range(3):
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")

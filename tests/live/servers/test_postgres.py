"""A real PostgreSQL server, driven by its handler."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local import postgres_builds
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import postgres_backup
from infra_kit.providers.local.servers.postgres import HANDLER
from tests.live.servers.database import ensure, pid, props, url

__all__ = ["props"]

BACKUPS = {"retention_days": 7, "point_in_time": True}


def test_the_url_reaches_the_first_database_as_an_owner_who_is_no_superuser(props: Props) -> None:
    outs = ensure({**props, "databases": ["shop", "audit"]})
    with psycopg.connect(url(outs)) as connection:
        connection.execute("CREATE TABLE orders (id int)")
        row = connection.execute(
            "SELECT current_database(), current_user, usesuper FROM pg_user WHERE usename = current_user"
        ).fetchone()
    assert row == ("shop", "app", False)
    assert psycopg.connect(url(outs).replace("/shop", "/audit")).execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_gets_in_without_the_password(props: Props, password: str) -> None:
    outs = ensure(props)
    with pytest.raises(psycopg.OperationalError, match=r"password|fe_sendauth"):
        psycopg.connect(host="127.0.0.1", port=outs["public"]["port"], user="app", password=password, dbname="app")


def test_the_connection_is_encrypted_and_the_given_certificate_proves_the_server(props: Props, tmp_path: Path) -> None:
    outs = ensure(props)
    authority = tmp_path / "ca.crt"
    authority.write_text(outs["public"]["ca_certificate"])
    with psycopg.connect(url(outs), sslmode="verify-full", sslrootcert=str(authority)) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)


def test_a_second_ensure_leaves_the_running_server_alone(props: Props) -> None:
    outs = ensure(props)
    first = pid(props)
    assert not HANDLER.changed(outs, props)
    assert ensure(props) == outs
    assert pid(props) == first


def test_a_killed_server_comes_back_with_its_data_port_and_password(props: Props) -> None:
    outs = ensure(props)
    with psycopg.connect(url(outs)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(pid(props), signal.SIGKILL)
    assert HANDLER.changed(outs, props)
    assert ensure(props) == outs
    assert psycopg.connect(url(outs)).execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_parameter_that_can_be_reloaded_does_not_restart_the_server(props: Props) -> None:
    outs = ensure(props)
    first = pid(props)
    ensure({**props, "parameters": {"log_min_duration_statement": "250"}})
    assert pid(props) == first
    assert psycopg.connect(url(outs)).execute("SHOW log_min_duration_statement").fetchone() == ("250ms",)


def test_a_parameter_that_needs_a_restart_gets_one_and_the_data_stays(props: Props) -> None:
    outs = ensure(props)
    with psycopg.connect(url(outs)) as connection:
        connection.execute("CREATE TABLE kept ()")
    first = pid(props)
    ensure({**props, "parameters": {"max_connections": "50"}})
    assert pid(props) != first
    with psycopg.connect(url(outs)) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("50",)
        connection.execute("SELECT * FROM kept")


def test_every_extension_that_this_machine_claims_can_be_created(props: Props) -> None:
    for build in postgres_builds.found():
        if build.package.is_relative_to(postgres_builds.DEBIAN):
            continue
        name = f"db-{build.version}"
        asked = {**props, "name": name, "version": build.version, "extensions": sorted(build.extensions)}
        outs = ensure(asked)
        with psycopg.connect(url(outs)) as connection:
            there = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        assert there == build.extensions


def test_a_moment_of_the_past_can_be_restored_from_the_base_backup_and_the_log(props: Props) -> None:
    asked = {**props, "backups": BACKUPS}
    outs = ensure(asked)
    with psycopg.connect(url(outs), autocommit=True) as connection:
        connection.execute("CREATE TABLE ledger AS SELECT 'before' AS entry")
        moment = connection.execute("SELECT clock_timestamp()").fetchone()
        connection.execute("INSERT INTO ledger VALUES ('after')")
    assert moment
    superuser = box_of(asked).record.secrets["superuser"]
    login = {"host": "127.0.0.1", "port": outs["public"]["port"], "user": "postgres", "password": superuser}
    with psycopg.connect(**login, dbname="postgres", autocommit=True) as connection:
        _switch_log_and_wait_until_archived(connection)
    box = box_of(asked)
    HANDLER.delete("", {**asked, "retain": True})
    _restore(box, moment[0])
    again = ensure(asked)
    assert psycopg.connect(url(again)).execute("SELECT entry FROM ledger").fetchall() == [("before",)]


def _switch_log_and_wait_until_archived(connection: psycopg.Connection) -> None:
    row = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    assert row
    archived = "SELECT last_archived_wal >= %s FROM pg_stat_archiver"
    while connection.execute(archived, row).fetchone() != (True,):
        pass


def _restore(box: Box, moment: datetime) -> None:
    """What an operator does by hand, until `infra-kit restore` does it."""
    shutil.rmtree(box.data)
    shutil.copytree(postgres_backup.taken(box)[-1], box.data)
    (box.data / "recovery.signal").touch()
    with (box.data / "postgresql.auto.conf").open("a") as file:
        file.write(f'restore_command = \'cp "{box.path}/wal/%f" "%p"\'\n')
        file.write(f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = 'promote'\n")
    subprocess.run(["chown", "-R", f"{box.user.uid}:{box.user.gid}", str(box.data)], check=True)


def test_base_backups_beyond_their_retention_go_and_the_newest_stays(props: Props) -> None:
    asked = {**props, "backups": BACKUPS}
    ensure(asked)
    box = box_of(asked)
    fresh = postgres_backup.taken(box)[-1]
    for days in (2, 8, 30):
        old = datetime.now(UTC) - timedelta(days=days)
        shutil.copytree(fresh, fresh.with_name(old.strftime(postgres_backup.FORM)))
    build = postgres_builds.require("17", [])
    postgres_backup.keep(box, box.record, build, retention_days=7)
    kept = postgres_backup.taken(box)
    assert len(kept) == 2
    assert kept[-1] == fresh


def test_another_major_version_is_refused_with_the_safe_way(props: Props) -> None:
    outs = ensure(props)
    (failure,) = HANDLER.check(outs, {**props, "version": "18"})
    assert failure.property == "version"
    assert "data is of PostgreSQL 17, and 18 was asked for" in failure.reason
    assert "pg_dump" in failure.reason


def test_a_data_directory_that_holds_something_else_is_left_alone(props: Props) -> None:
    box = box_of(props)
    box.open("local/postgres", 1, ("superuser", "replicator", "password"), None)
    (box.data / "thesis.txt").write_text("years of work")
    with pytest.raises(ServerError, match="not empty, and no PostgreSQL data"):
        ensure(props)
    assert (box.data / "thesis.txt").read_text() == "years of work"


def test_a_corrupt_data_directory_is_an_error_with_the_servers_own_words_and_nothing_is_deleted(props: Props) -> None:
    outs = ensure(props)
    box = box_of(props)
    box.process.stop(HANDLER.STOP)
    control = box.data / "global" / "pg_control"
    control.write_bytes(b"\0" * 8192)
    before = sorted(box.data.rglob("*"))
    with pytest.raises(ServerError, match="database files are incompatible with server"):
        ensure(props)
    assert [file for file in before if not file.exists() and file.name != "postmaster.pid"] == []
    assert url(outs)


def test_an_interrupted_initdb_is_begun_again(props: Props) -> None:
    box = box_of(props)
    box.open("local/postgres", 1, ("superuser", "replicator", "password"), None)
    (box.path / "data.unfinished" / "base").mkdir(parents=True)
    assert psycopg.connect(url(ensure(props))).execute("SELECT 1").fetchone() == (1,)


def test_deleting_keeps_the_data_where_it_is_to_be_retained(props: Props) -> None:
    asked = {**props, "retain": True}
    outs = ensure(asked)
    with psycopg.connect(url(outs)) as connection:
        connection.execute("CREATE TABLE kept ()")
    HANDLER.delete("test/db", asked)
    assert box_of(asked).process.pid is None
    with psycopg.connect(url(ensure(asked))) as connection:
        connection.execute("SELECT * FROM kept")


def test_deleting_in_development_leaves_nothing(props: Props) -> None:
    ensure(props)
    HANDLER.delete("test/db", props)
    assert not box_of(props).path.exists()


def test_no_password_stands_in_an_argument_a_log_or_a_file_for_others(props: Props) -> None:
    asked: dict[str, Any] = {**props, "backups": BACKUPS, "parameters": {"log_statement": "all"}}
    ensure({**asked, "databases": ["app"]})
    ensure({**asked, "databases": ["app", "second"]})
    box = box_of(asked)
    secrets = box.record.secrets.values()
    everything = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    everything += box.process.log.read_text()
    assert not [secret for secret in secrets if secret in everything]
    assert box.path.stat().st_mode & 0o077 == 0

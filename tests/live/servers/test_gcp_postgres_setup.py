"""The scripts that set up a server on Google Cloud, against a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra_kit import Postgres
from tests.live.servers.cloud_sql import PASSWORD, Server


def settle(server: Server, **asked: Any) -> None:
    server.settle(lambda: Postgres("db", databases=["shop", "audit"], **asked))


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Server:
    running = Server(shared_home_dir)
    settle(running, extensions=["pgcrypto", "citext"])
    return running


def test_the_application_owns_the_databases_and_is_nobody_special(server: Server) -> None:
    with server.connect("app", PASSWORD, "shop") as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("CREATE SCHEMA stock")
        rights = connection.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'app'")
        assert rights.fetchone() == (False, False, False)
        assert connection.execute("SELECT pg_has_role('app', 'cloudsqlsuperuser', 'MEMBER')").fetchone() == (False,)
        owners = connection.execute(
            "SELECT datname, rolname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datname = ANY(%s)",
            [["shop", "audit"]],
        )
        assert sorted(owners) == [("audit", "app"), ("shop", "app")]


@pytest.mark.parametrize("statement", ["CREATE ROLE stranger", "CREATE DATABASE beside"])
def test_the_application_makes_neither_roles_nor_databases(server: Server, statement: str) -> None:
    with server.connect("app", PASSWORD, "shop") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_every_database_has_the_extensions(server: Server) -> None:
    for database in ("shop", "audit"):
        with server.connect("app", PASSWORD, database) as connection:
            assert connection.execute("SELECT 'a'::citext = 'A'").fetchone() == (True,)


def test_a_second_run_adds_an_extension_and_keeps_what_is_there(server: Server) -> None:
    with server.connect("app", PASSWORD, "audit") as connection:
        connection.execute("CREATE TABLE entries AS SELECT 42 AS id")
    settle(server, extensions=["citext", "hstore"])
    with server.connect("app", PASSWORD, "audit") as connection:
        assert connection.execute("SELECT id FROM entries").fetchone() == (42,)
        assert connection.execute("SELECT 'a=>1'::hstore ? 'a'").fetchone() == (True,)


def test_no_password_stands_in_the_log_of_the_server(server: Server) -> None:
    with server.connect("postgres", server.superuser, "postgres") as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    before = len(server.log.read_bytes())
    settle(server)
    log = server.log.read_bytes()[before:].decode()
    assert "ALTER ROLE app LOGIN" in log
    assert PASSWORD not in log

"""The roles of links on Google Cloud, against a real PostgreSQL: each does what its link says, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from infra_kit import Postgres, Service
from infra_kit.components.postgres import Access
from infra_kit.links import Link
from tests.live.servers.cloud_sql import PASSWORD, Server

NO_RIGHT = psycopg.errors.InsufficientPrivilege


def link(server: Server, access: Access, **more: str) -> None:
    """A stack with a service `api` that is linked so."""

    def program() -> None:
        db = Postgres("db", databases=["shop", "audit"])
        links: list[Link] = [db.link(access, **more)]
        Service("api", image="registry.example/api:1", links=links)

    server.settle(program)


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Server:
    running = Server(shared_home_dir)
    running.settle(lambda: Postgres("db", databases=["shop", "audit"]))
    for database in ("shop", "audit"):
        with running.connect("app", PASSWORD, database) as connection:
            connection.execute("CREATE TABLE orders (id serial PRIMARY KEY, what text)")
            connection.execute("INSERT INTO orders (what) VALUES ('tea')")
            connection.execute("CREATE SCHEMA stock")
            connection.execute("CREATE TABLE stock.items (id int)")
    return running


@contextmanager
def api(server: Server, database: str = "shop") -> Iterator[psycopg.Connection]:
    with server.connect(f"service__api__{database}__db", PASSWORD, database) as connection:
        yield connection


def test_who_may_read_reads_all_tables_and_writes_none(server: Server) -> None:
    link(server, "read")
    with api(server) as connection:
        assert connection.execute("SELECT what FROM orders").fetchone() == ("tea",)
        connection.execute("SELECT * FROM stock.items")
        for statement in (
            "INSERT INTO orders (what) VALUES ('milk')",
            "CREATE TABLE public.mine (id int)",
            "CREATE SCHEMA mine",
            "DROP TABLE orders",
            "CREATE ROLE stranger",
            "CREATE DATABASE beside",
            "SET ROLE app",
        ):
            with pytest.raises(NO_RIGHT):
                connection.execute(statement)


def test_what_is_made_later_is_read_too_in_new_schemas_as_well(server: Server) -> None:
    link(server, "read")
    with server.connect("app", PASSWORD, "shop") as owner:
        owner.execute("CREATE TABLE later (id int)")
        owner.execute("CREATE SCHEMA afterwards CREATE TABLE there (id int)")
    with api(server) as connection:
        connection.execute("SELECT * FROM later")
        connection.execute("SELECT * FROM afterwards.there")


def test_a_link_to_one_database_reads_nothing_in_another(server: Server) -> None:
    link(server, "readwrite", database="audit")
    with api(server, "audit") as connection:
        assert connection.execute("SELECT what FROM orders").fetchone() == ("tea",)
    with server.connect("service__api__audit__db", PASSWORD, "shop") as connection, pytest.raises(NO_RIGHT):
        connection.execute("SELECT what FROM orders")


def test_who_may_write_changes_rows_and_no_tables(server: Server) -> None:
    link(server, "readwrite")
    with api(server) as connection:
        connection.execute("INSERT INTO orders (what) VALUES ('milk')")
        connection.execute("UPDATE orders SET what = 'cream' WHERE what = 'milk'")
        connection.execute("DELETE FROM orders WHERE what = 'cream'")
        for statement in ("ALTER TABLE orders ADD more int", "TRUNCATE orders", "CREATE TABLE public.mine (id int)"):
            with pytest.raises(NO_RIGHT):
                connection.execute(statement)


def test_what_an_owner_makes_is_the_applications(server: Server) -> None:
    link(server, "owner")
    with api(server) as connection:
        connection.execute("CREATE TABLE migrated (id int)")
        connection.execute("ALTER TABLE orders ADD paid boolean")
        owner = connection.execute("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'migrated'").fetchone()
        assert owner == ("app",)
        with pytest.raises(NO_RIGHT):
            connection.execute("CREATE ROLE stranger")


def test_a_link_that_may_less_than_before_does_less(server: Server) -> None:
    link(server, "owner")
    link(server, "read")
    with api(server) as connection:
        connection.execute("SELECT * FROM orders")
        with pytest.raises(NO_RIGHT):
            connection.execute("DELETE FROM orders")
        with pytest.raises(NO_RIGHT):
            connection.execute("SET ROLE app")


def test_row_level_security_holds_for_who_may_read(server: Server) -> None:
    link(server, "read")
    with server.connect("app", PASSWORD, "shop") as owner:
        owner.execute("CREATE TABLE secrets AS SELECT 1 AS id")
        owner.execute("ALTER TABLE secrets ENABLE ROW LEVEL SECURITY")
    with api(server) as connection:
        assert connection.execute("SELECT * FROM secrets").fetchall() == []

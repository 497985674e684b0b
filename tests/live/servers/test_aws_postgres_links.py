"""The roles of links on AWS, made by the set-up's function in a real PostgreSQL, as on RDS: who may do what."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.live.servers.test_aws_postgres_setup import Server, running, server

__all__ = ["running", "server"]


def link(access: str, database: str = "shop", role: str | None = None) -> dict[str, str]:
    return {"role": role or f"service-api-{access}", "password": "se'cret", "access": access, "database": database}


def linked(server: Server, *links: dict[str, str], **more: Any) -> None:
    server.settle(links=list(links), **more)


def as_(server: Server, access: str, database: str = "shop") -> psycopg.Connection:
    return server.connect(f"service-api-{access}", "se'cret", database)


def orders(server: Server) -> None:
    with server.connect("owner", "first", "shop") as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS orders (id serial, what text)")
        owner.execute("INSERT INTO orders (what) VALUES ('bread')")


@pytest.mark.parametrize("first", ["links", "tables"])
def test_a_reader_reads_what_was_there_and_what_comes_and_changes_nothing(server: Server, first: str) -> None:
    server.settle()
    if first == "tables":
        orders(server)
    linked(server, link("read"))
    orders(server)
    with as_(server, "read") as reader:
        assert reader.execute("SELECT count(*) > 0 FROM orders").fetchone() == (True,)
        for refused in ("INSERT INTO orders (what) VALUES ('x')", "DELETE FROM orders", "CREATE TABLE mine (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(refused)


def test_a_writer_changes_rows_and_no_tables(server: Server) -> None:
    server.settle()
    orders(server)
    linked(server, link("readwrite"))
    with as_(server, "readwrite") as writer:
        writer.execute("INSERT INTO orders (what) VALUES ('milk')")
        writer.execute("UPDATE orders SET what = 'tea'")
        writer.execute("DELETE FROM orders")
        for refused in ("DROP TABLE orders", "ALTER TABLE orders ADD more int", "TRUNCATE orders"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(refused)


def test_what_an_owner_makes_belongs_to_all_owners(server: Server) -> None:
    linked(server, link("owner"), link("readwrite"))
    with as_(server, "owner") as owner:
        owner.execute("CREATE SCHEMA stock")
        owner.execute("CREATE TABLE stock.items (id int)")
        made_by = owner.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'items'").fetchone()
        assert made_by == ("owner",)
    with server.connect("owner", "first", "shop") as other:
        other.execute("ALTER TABLE stock.items ADD what text")
    with as_(server, "readwrite") as writer:
        writer.execute("INSERT INTO stock.items (id) VALUES (1)")


def test_a_link_leads_into_its_own_database_alone(server: Server) -> None:
    linked(server, link("read"), link("readwrite", "audit"))
    for access, closed in (("read", "audit"), ("readwrite", "shop")):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            as_(server, access, closed)


def test_a_link_that_says_less_gives_less(server: Server) -> None:
    server.settle()
    orders(server)
    linked(server, {**link("owner"), "role": "service-api-it"})
    linked(server, {**link("read"), "role": "service-api-it"})
    with server.connect("service-api-it", "se'cret", "shop") as reader:
        reader.execute("SELECT * FROM orders")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("DROP TABLE orders")


def test_who_lost_his_link_signs_in_no_more_and_the_others_do(server: Server) -> None:
    linked(server, link("read"), link("readwrite"))
    linked(server, link("readwrite"))
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        as_(server, "read")
    as_(server, "readwrite").close()
    server.connect("owner", "first", "shop").close()
    linked(server, link("read"))
    as_(server, "read").close()


def test_row_level_security_holds_for_readers_and_writers(server: Server) -> None:
    server.settle()
    orders(server)
    with server.connect("owner", "first", "shop") as owner:
        owner.execute("ALTER TABLE orders ENABLE ROW LEVEL SECURITY")
    linked(server, link("read"), link("readwrite"))
    for access in ("read", "readwrite"):
        with as_(server, access) as connection:
            assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)

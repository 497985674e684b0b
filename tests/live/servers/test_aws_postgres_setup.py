"""The function that sets up a server on AWS, against a real PostgreSQL whose master user is no superuser, as on RDS."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pg8000.native
import psycopg
import pytest
from psycopg import sql

from infra_kit._dynamic import Props
from infra_kit.providers.aws.lambdas import postgres_checks, postgres_setup
from infra_kit.providers.local.server import box_of
from tests.live.servers.database import ensure, props_in

MASTER = {"username": "master", "password": "mas'ter"}


class Server:
    """A running server, and the event that the function is called with."""

    def __init__(self, props: Props) -> None:
        self.outs = ensure(props)
        self.superuser = box_of(props).record.secrets["superuser"]
        self.log = box_of(props).process.log
        self.trust = ssl.create_default_context(cadata=self.outs["public"]["ca_certificate"])
        self.event: Mapping[str, Any] = {
            "host": "127.0.0.1",
            "port": self.outs["public"]["port"],
            "master": json.dumps(MASTER),
            "role": "owner",
            "password": "first",
            "databases": ["shop", "audit"],
            "extensions": ["pgcrypto", "hstore"],
            "links": [],
        }

    def settle(self, **changes: object) -> None:
        postgres_setup.settle({**self.event, **changes}, self.trust)

    def connect(self, user: str, password: str, database: str) -> psycopg.Connection:
        port = self.outs["public"]["port"]
        return psycopg.connect(
            host="127.0.0.1", port=port, user=user, password=password, dbname=database, autocommit=True
        )

    def administer(self, database: str = "postgres") -> psycopg.Connection:
        return self.connect("postgres", self.superuser, database)

    def has(self) -> tuple[set[str], set[str]]:
        """Its databases and its roles."""
        with self.administer() as connection:
            databases = {str(row[0]) for row in connection.execute("SELECT datname FROM pg_database")}
            return databases, {str(row[0]) for row in connection.execute("SELECT rolname FROM pg_roles")}

    def forget(self, databases: set[str], roles: set[str]) -> None:
        """Makes it what it was when it had these."""
        there, known = self.has()
        with self.administer() as connection:
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("SELECT pg_reload_conf()")
            for name in there - databases:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            # The master user granted what the others have.
            for name in sorted(known - roles, key=lambda role: role == MASTER["username"]):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def running(shared_home_dir: Path) -> Server:
    return Server(props_in(shared_home_dir))


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """As RDS gives one: nothing in it, and a master user who is no superuser."""
    databases, roles = running.has()
    with running.administer() as connection:
        connection.execute("CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD 'mas''ter'")
    yield running
    running.forget(databases, roles)


def test_the_role_owns_the_databases_and_is_nobody_special(server: Server) -> None:
    server.settle()
    with server.connect("owner", "first", "shop") as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("CREATE SCHEMA stock")
        rights = connection.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'owner'")
        assert rights.fetchone() == (False, False, False)
        owners = connection.execute(
            "SELECT datname, rolname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datname = ANY(%s)",
            [["shop", "audit"]],
        )
        assert sorted(owners) == [("audit", "owner"), ("shop", "owner")]


def test_what_a_drill_asks_is_answered_as_psql_prints_it_and_what_differs_is_said(server: Server) -> None:
    server.settle()
    with server.connect("owner", "first", "shop") as connection:
        connection.execute("CREATE TABLE orders (id int, paid bool, total numeric(8, 2), at timestamptz)")
        connection.execute("INSERT INTO orders VALUES (1, true, 2.50, NULL), (2, false, 10, '2026-01-01Z')")
    rows = "1|t|2.50|\n2|f|10.00|2026-01-01 00:00:00+00"
    asked = {
        "full": {"sql": "SET timezone TO 'UTC'; SELECT * FROM orders ORDER BY id", "expects": rows},
        "some": {"sql": "SELECT count(*) > 0 FROM orders", "expects": "t"},
        "more": {"sql": "SELECT count(*) FROM orders", "expects": "3"},
        "gone": {"sql": "SELECT count(*) FROM invoices", "expects": "0"},
    }
    checks = {name: {"database": "shop", **it} for name, it in asked.items()}
    login = json.dumps({"username": "owner", "password": "first"})
    wrong = postgres_checks.asked({**server.event, "login": login}, checks, server.trust).splitlines()
    assert wrong[0] == "more: SELECT count(*) FROM orders is answered with '2', expected '3'"
    assert wrong[1].startswith("gone: ")
    assert len(wrong) == 2


def test_a_role_that_was_given_more_is_nobody_special_again(server: Server) -> None:
    server.settle()
    with server.administer() as connection:
        connection.execute("ALTER ROLE owner CREATEDB CREATEROLE")
    server.settle()
    with server.connect("owner", "first", "shop") as connection:
        for refused in ("CREATE DATABASE another", "CREATE ROLE another"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


def test_every_database_has_the_extensions(server: Server) -> None:
    server.settle()
    for database in ("shop", "audit"):
        with server.connect("owner", "first", database) as connection:
            there = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
            assert there >= {"pgcrypto", "hstore"}
            assert connection.execute("SELECT 'a=>1'::hstore ? 'a'").fetchone() == (True,)


def test_others_do_not_get_into_the_databases(server: Server) -> None:
    server.settle()
    with server.administer() as connection:
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        server.connect("stranger", "x", "shop")


def test_a_second_run_makes_what_is_new_and_keeps_what_is_there(server: Server) -> None:
    server.settle()
    with server.connect("owner", "first", "shop") as connection:
        connection.execute("CREATE TABLE orders AS SELECT 42 AS id")
    server.settle()
    server.settle(databases=["shop", "audit", "third"], extensions=["pgcrypto", "hstore", "citext"])
    with server.connect("owner", "first", "shop") as connection:
        assert connection.execute("SELECT id FROM orders").fetchone() == (42,)
        assert connection.execute("SELECT 'a'::citext = 'A'").fetchone() == (True,)
    server.connect("owner", "first", "third").close()


def test_what_is_asked_no_more_stays(server: Server) -> None:
    server.settle()
    server.settle(databases=["shop"], extensions=[])
    with server.connect("owner", "first", "audit") as connection:
        assert connection.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pgcrypto'").fetchone() == (1,)


def test_a_new_password_takes_the_place_of_the_old(server: Server) -> None:
    server.settle()
    server.settle(password="it's new, 100 % \\ñ")
    server.connect("owner", "it's new, 100 % \\ñ", "shop").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect("owner", "first", "shop")


def test_names_are_quoted(server: Server) -> None:
    server.settle(role="User", databases=["select"])
    server.connect("User", "first", "select").close()


def test_an_extension_that_cannot_be_made_is_an_error_that_names_it_and_its_database(server: Server) -> None:
    with pytest.raises(postgres_setup.SetupError) as refused:
        server.settle(extensions=["no_such_extension"])
    message = str(refused.value)
    assert message.startswith("the extension 'no_such_extension' could not be made in the database 'shop': extension ")
    assert "is not available. Take it out of extensions" in message


def test_the_schema_that_an_extension_brings_is_open_to_the_role(server: Server) -> None:
    """As pg_cron's is: nobody but its maker may use it."""
    with server.administer() as connection:
        connection.execute("GRANT postgres TO master")  # to make what only a superuser may
    server.settle(extensions=["citext"])
    with server.administer("shop") as connection:
        connection.execute("CREATE SCHEMA brought AUTHORIZATION master")
        connection.execute("ALTER EXTENSION citext ADD SCHEMA brought")
    server.settle(extensions=["citext"])
    with server.connect("owner", "first", "shop") as connection:
        assert connection.execute("SELECT has_schema_privilege('brought', 'USAGE')").fetchone() == (True,)


def test_a_server_that_the_authorities_do_not_know_gets_no_password(server: Server) -> None:
    stranger = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        postgres_setup.settle(server.event, stranger)


def test_no_password_stands_in_the_log_of_the_server(server: Server) -> None:
    with server.administer() as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    before = len(server.log.read_bytes())
    server.settle(password="very-secret-password")
    log = server.log.read_bytes()[before:].decode()
    assert 'CREATE ROLE "owner"' in log or "CREATE ROLE owner" in log
    assert "very-secret-password" not in log
    assert "mas'ter" not in log


def test_a_master_with_a_wrong_password_makes_nothing(server: Server) -> None:
    wrong = json.dumps({**MASTER, "password": "wrong"})
    with pytest.raises(pg8000.native.DatabaseError, match="password authentication failed"):
        server.settle(master=wrong)

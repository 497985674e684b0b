"""The scripts that set up a server on Google Cloud, against a real PostgreSQL whose administrator is as Cloud SQL makes
one: no superuser, a member of who owns the databases (https://cloud.google.com/sql/docs/postgres/users)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra_kit import Postgres
from infra_kit.providers.local.server import box_of
from infra_kit.testing import record
from tests.live.servers.database import ensure, props_in

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PASSWORD = "recorded-password"
AS_CLOUD_SQL_HAS_IT = (
    "CREATE ROLE cloudsqlsuperuser CREATEDB CREATEROLE",
    "CREATE ROLE infra_kit LOGIN CREATEDB CREATEROLE PASSWORD 'admin' IN ROLE cloudsqlsuperuser",
    "CREATE DATABASE shop OWNER cloudsqlsuperuser",
    "CREATE DATABASE audit OWNER cloudsqlsuperuser",
)


class Server:
    def __init__(self, home: Path) -> None:
        props = {**props_in(home), "databases": ["other"]}
        self.port = ensure(props)["public"]["port"]
        self.superuser = box_of(props).record.secrets["superuser"]
        self.log = box_of(props).process.log
        with self.connect("postgres", self.superuser, "postgres") as connection:
            # The local server's own, which stands in the way.
            connection.execute("REASSIGN OWNED BY app TO postgres")
            connection.execute("DROP OWNED BY app")
            connection.execute("DROP ROLE app")
            for statement in AS_CLOUD_SQL_HAS_IT:
                connection.execute(statement)

    def connect(self, user: str, password: str, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=user, password=password, dbname=database, autocommit=True
        )

    def settle(self, **asked: Any) -> None:
        """Runs what a stack would have Cloud SQL run, in that order."""
        made = record(lambda: Postgres("db", databases=["shop", "audit"], **asked), config=GCP)
        for script in made.of_type("gcp:sql/provisionScript:ProvisionScript"):
            with self.connect("infra_kit", "admin", script.inputs["database"]) as connection:
                connection.execute(script.inputs["script"])


@pytest.fixture(scope="module")
def server(shared_home_dir: Path) -> Server:
    running = Server(shared_home_dir)
    running.settle(extensions=["pgcrypto", "citext"])
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
    server.settle(extensions=["citext", "hstore"])
    with server.connect("app", PASSWORD, "audit") as connection:
        assert connection.execute("SELECT id FROM entries").fetchone() == (42,)
        assert connection.execute("SELECT 'a=>1'::hstore ? 'a'").fetchone() == (True,)


def test_no_password_stands_in_the_log_of_the_server(server: Server) -> None:
    with server.connect("postgres", server.superuser, "postgres") as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    before = len(server.log.read_bytes())
    server.settle()
    log = server.log.read_bytes()[before:].decode()
    assert "ALTER ROLE app LOGIN" in log
    assert PASSWORD not in log

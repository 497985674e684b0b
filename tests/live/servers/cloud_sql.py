"""A real PostgreSQL whose administrator is as Cloud SQL makes one: no superuser, a member of who owns the databases
(https://cloud.google.com/sql/docs/postgres/users)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

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

    def settle(self, program: Callable[[], object]) -> None:
        """Runs what a stack would have Cloud SQL run, in that order."""
        made = record(program, config=GCP)
        for script in made.of_type("gcp:sql/provisionScript:ProvisionScript"):
            with self.connect("infra_kit", "admin", script.inputs["database"]) as connection:
                connection.execute(script.inputs["script"])

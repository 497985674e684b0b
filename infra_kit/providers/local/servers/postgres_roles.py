"""Inside a PostgreSQL server: its roles, databases and extensions."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from infra_kit.errors import ServerError
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.local.box import Record
from infra_kit.providers.local.ports import LOOPBACK

SUPERUSER = "postgres"
REPLICATOR = "replicator"
"""The role that the endpoint names: owns the databases, and may make neither roles nor databases."""
SLOT_SECONDS = 30
"""How long the session of a replica that is gone may take to end."""


def connect(
    record: Record, database: str = "postgres", user: str = SUPERUSER, password: str | None = None
) -> psycopg.Connection:
    """A session of the superuser, which only the provider uses; or of whom is named with a password."""
    return psycopg.connect(
        host=LOOPBACK,
        port=record.ports[0],
        user=user,
        password=password or record.secrets["superuser"],
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def settle(record: Record, databases: Sequence[str], extensions: Sequence[str]) -> None:
    """Makes what is missing. What is no longer asked for stays: dropping it would lose data."""
    with connect(record) as connection:
        role(connection, OWNER, record.secrets["password"], "LOGIN")
        role(connection, REPLICATOR, record.secrets["replicator"], "LOGIN REPLICATION")
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in databases:
            if name not in there:
                database, owner = sql.Identifier(name), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
                connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database))
    for name in databases if extensions else ():
        with connect(record, name) as connection:
            for extension in extensions:
                _extension(connection, name, extension)


def _extension(connection: psycopg.Connection, database: str, name: str) -> None:
    try:
        create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE")
        connection.execute(create.format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise ServerError(
            f"the extension {name!r} could not be made in the database {database!r}: {str(error).strip()}. Take it out "
            "of extensions, or install it for this version of PostgreSQL. Nothing was deleted."
        ) from error


def slot(replica: str) -> str:
    """The replica's replication slot: by it the primary keeps the log that the replica still needs."""
    return replica.replace("-", "_")


def claim_slot(primary: Record, replica: str) -> bool:
    """Makes the replica's slot where there is none; False where the log that it stood for is gone already."""
    name = slot(replica)
    with connect(primary) as connection:
        there = connection.execute(
            "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [name]
        ).fetchone()
        if there and there[0] != "lost":
            return True
        if there:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
        connection.execute("SELECT pg_create_physical_replication_slot(%s, true)", [name])
        return False


def drop_slot(primary: Record, replica: str) -> None:
    """Lets the primary forget a replica that is gone, whose session it may not know yet to have ended. Raises
    `ServerError` where that session does not end."""
    name, milliseconds = slot(replica), SLOT_SECONDS * 1000
    there = "FROM pg_replication_slots WHERE slot_name = %s"
    with connect(primary) as connection:
        connection.execute(f"SELECT pg_terminate_backend(active_pid, %s) {there} AND active", [milliseconds, name])
        try:
            connection.execute(f"SELECT pg_drop_replication_slot(slot_name) {there}", [name])
        except psycopg.errors.ObjectInUse as error:
            raise ServerError(
                f"{str(error).strip()}, and the server keeps its log for it. Run the same once more. Nothing was lost."
            ) from error


def streams(replica: Record) -> bool:
    """Whether a replica is fed by its primary now."""
    with connect(replica) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'").fetchone() is not None
        )


def role(connection: psycopg.Connection, name: str, password: str, rights: str) -> None:
    """Made, or brought back to what it was. The password goes as a SCRAM verifier, so that no log of the server can
    hold it in clear."""
    identifier = sql.Identifier(name)
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {}").format(identifier))
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    alter = sql.SQL("ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE {} PASSWORD {}")
    connection.execute(alter.format(identifier, sql.SQL(rights), sql.Literal(verifier)))

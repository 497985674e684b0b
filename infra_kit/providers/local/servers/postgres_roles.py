"""Inside a PostgreSQL server: its roles, databases and extensions."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from infra_kit.providers.local.box import Record
from infra_kit.providers.local.ports import LOOPBACK

SUPERUSER = "postgres"
REPLICATOR = "replicator"
OWNER = "app"
"""The role that the endpoint names: owns the databases, is no superuser."""


def connect(record: Record, database: str = "postgres") -> psycopg.Connection:
    """A session of the superuser, which only the provider uses."""
    return psycopg.connect(
        host=LOOPBACK,
        port=record.ports[0],
        user=SUPERUSER,
        password=record.secrets["superuser"],
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def settle(record: Record, databases: Sequence[str], extensions: Sequence[str]) -> None:
    """Makes what is missing. What is no longer asked for stays: dropping it would lose data."""
    with connect(record) as connection:
        _role(connection, OWNER, record.secrets["password"], "LOGIN CREATEDB CREATEROLE")
        _role(connection, REPLICATOR, record.secrets["replicator"], "LOGIN REPLICATION")
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name in databases:
            if name not in there:
                database, owner = sql.Identifier(name), sql.Identifier(OWNER)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
                connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(database))
    for name in databases if extensions else ():
        with connect(record, name) as connection:
            for extension in extensions:
                create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE")
                connection.execute(create.format(sql.Identifier(extension)))


def _role(connection: psycopg.Connection, name: str, password: str, rights: str) -> None:
    """The password goes as a SCRAM verifier, so that no log of the server can hold it in clear."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        return
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(
        sql.SQL("CREATE ROLE {} {} PASSWORD {}").format(sql.Identifier(name), sql.SQL(rights), sql.Literal(verifier))
    )

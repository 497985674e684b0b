"""A Lambda function: makes the role, the databases and the extensions that a PostgreSQL server is to have.

It can be run any number of times: it makes what is missing, sets the role's password, and drops nothing. It reaches
nothing but the server; all that it needs comes with the event.

Event:
    host, port: the server.
    master: the JSON of its master user's secret, `{"username": …, "password": …}`.
    role, password: the role that is to own the databases.
    databases: their names.
    extensions: made in each database.

Returns the PEM certificates of the authorities that sign the servers of this region.
"""

from __future__ import annotations

import json
import os
import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pg8000.native
from pg8000.native import identifier, literal

from infra_kit.providers.common.scram import verifier

BUNDLE = Path(__file__).with_name("authorities.pem")
"""The authorities of RDS in all regions: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem."""

LOCK = 4_706_905_101
"""Any number: two runs at once take turns by it."""


class SetupError(Exception):
    """What could not be made, and what to do about it."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    bundle = BUNDLE.read_text()
    settle(event, ssl.create_default_context(cadata=bundle))
    return authorities(bundle, os.environ["AWS_REGION"])


def settle(event: Mapping[str, Any], trust: ssl.SSLContext) -> None:
    """Makes what is missing on the server, whose certificate must be one that `trust` knows."""
    role, databases = event["role"], event["databases"]
    with _connect(event, trust, "postgres") as server:
        server.run("SELECT pg_advisory_lock(:lock)", lock=LOCK)
        _role(server, role, event["password"])
        for database in databases:
            _database(server, database, role)
        for database in databases:
            with _connect(event, trust, database) as inside:
                _extensions(inside, database, event["extensions"], role)


def _connect(event: Mapping[str, Any], trust: ssl.SSLContext, database: str) -> pg8000.native.Connection:
    master = json.loads(event["master"])
    return pg8000.native.Connection(
        master["username"],
        password=master["password"],
        host=event["host"],
        port=int(event["port"]),
        database=database,
        ssl_context=trust,
        timeout=120,
    )


def _role(server: pg8000.native.Connection, role: str, password: str) -> None:
    """The password goes as a SCRAM verifier, so that no log of the server can hold it in clear. The master user, who
    is no superuser on RDS, must belong to the role to make databases for it."""
    there = server.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role)
    verb = "ALTER" if there else "CREATE"
    secret = literal(verifier(password))
    server.run(f"{verb} ROLE {identifier(role)} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {secret}")
    server.run(f"GRANT {identifier(role)} TO CURRENT_USER")


def _database(server: pg8000.native.Connection, database: str, role: str) -> None:
    if server.run("SELECT 1 FROM pg_database WHERE datname = :name", name=database):
        return
    server.run(f"CREATE DATABASE {identifier(database)} OWNER {identifier(role)}")
    server.run(f"REVOKE CONNECT ON DATABASE {identifier(database)} FROM PUBLIC")


def _extensions(inside: pg8000.native.Connection, database: str, extensions: Sequence[str], role: str) -> None:
    for name in extensions:
        try:
            inside.run(f"CREATE EXTENSION IF NOT EXISTS {identifier(name)} CASCADE")
        except pg8000.native.DatabaseError as error:
            raise SetupError(
                f"the extension {name!r} could not be made in the database {database!r}: {error.args[0]['M']}. Take "
                "it out of extensions, or see what it needs of the server's parameters. Nothing was deleted."
            ) from None
    # Those that bring a schema (cron, topology) open it to nobody.
    for (schema,) in inside.run(
        "SELECT nspname FROM pg_namespace JOIN pg_depend ON objid = pg_namespace.oid "
        "WHERE classid = 'pg_namespace'::regclass AND deptype = 'e'"
    ):
        inside.run(f"GRANT USAGE ON SCHEMA {identifier(schema)} TO {identifier(role)}")


def authorities(bundle: str, region: str) -> str:
    """The certificates of a region's authorities, which carry its name; all there are where none does."""
    all_ = re.findall("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", bundle, re.DOTALL)
    name = f"Amazon RDS {region} ".encode()
    return "".join([pem for pem in all_ if name in ssl.PEM_cert_to_DER_cert(pem)] or all_)

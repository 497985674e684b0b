"""A Lambda function: makes the role, the databases, the extensions and the links' roles that a PostgreSQL server is to
have.

It can be run any number of times: it makes what is missing, sets passwords and rights, and drops nothing. It reaches
nothing but the server; all that it needs comes with the event.

Event:
    host, port: the server.
    master: the JSON of its master user's secret, `{"username": …, "password": …}`.
    role, password: the role that is to own the databases.
    databases: their names.
    extensions: made in each database.
    links: each `role`, `password`, `access` (read, readwrite, owner), `database`.

What a link's role may do it has from a group of the server's: `app_read`, `app_readwrite`, or `app` itself, the owner;
and it may connect to its own database only. The groups have their rights on what the owner has made, and by default
privileges on all that it makes from then on. Row-level security holds for `read` and `readwrite`, which own nothing;
not for `owner`, whose tables they are, unless a table says FORCE ROW LEVEL SECURITY.

Returns the PEM certificates of the authorities that sign the servers of this region.
"""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pg8000.native
from pg8000.native import identifier, literal

from infra_kit.providers.common.authorities import of_region
from infra_kit.providers.common.scram import verifier

BUNDLE = Path(__file__).with_name("authorities.pem")
"""The authorities of RDS in all regions: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem."""

LOCK = 4_706_905_101
"""Any number: two runs at once take turns by it."""


MARK = "infra-kit link"
"""A comment on each role that a link made."""

RIGHTS = {
    "read": {"SCHEMA": "USAGE", "TABLE": "SELECT", "SEQUENCE": "SELECT"},
    "readwrite": {"SCHEMA": "USAGE", "TABLE": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCE": "USAGE, SELECT"},
}
"""By access, of its group, on what."""

OWN = {
    "SCHEMA": "SELECT quote_ident(nspname) FROM pg_namespace "
    "WHERE nspowner IN (CAST(:owner AS regrole), 'pg_database_owner'::regrole)",
    "TABLE": "SELECT oid::regclass::text FROM pg_class "
    "WHERE relowner = CAST(:owner AS regrole) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
    "SEQUENCE": "SELECT oid::regclass::text FROM pg_class WHERE relowner = CAST(:owner AS regrole) AND relkind = 'S'",
}
"""What the owner has made."""


class SetupError(Exception):
    """What could not be made, and what to do about it."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    bundle = BUNDLE.read_text()
    settle(event, ssl.create_default_context(cadata=bundle))
    return of_region(bundle, os.environ["AWS_REGION"])


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
                _groups(inside, role)
        _links(server, role, event["links"])


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


def _groups(inside: pg8000.native.Connection, owner: str) -> None:
    """What the groups may do in a database."""
    for access, rights in RIGHTS.items():
        group = identifier(f"{owner}_{access}")
        if not inside.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=f"{owner}_{access}"):
            inside.run(f"CREATE ROLE {group} NOLOGIN")
        for kind, given in rights.items():
            inside.run(f"ALTER DEFAULT PRIVILEGES FOR ROLE {identifier(owner)} GRANT {given} ON {kind}S TO {group}")
            for (name,) in inside.run(OWN[kind], owner=identifier(owner)):
                inside.run(f"GRANT {given} ON {kind} {name} TO {group}")


def _links(server: pg8000.native.Connection, owner: str, links: Sequence[Mapping[str, str]]) -> None:
    """The roles of the links there are; those of others can sign in no more."""
    for link in links:
        _link(server, owner, link)
    marked = server.run(
        "SELECT rolname FROM pg_roles WHERE rolcanlogin AND shobj_description(oid, 'pg_authid') = :mark", mark=MARK
    )
    for (name,) in marked:
        if name not in {link["role"] for link in links}:
            server.run(f"ALTER ROLE {identifier(name)} NOLOGIN")


def _link(server: pg8000.native.Connection, owner: str, link: Mapping[str, str]) -> None:
    """The role with just its rights: what it had beyond them is gone."""
    role, database = identifier(link["role"]), link["database"]
    there = server.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=link["role"])
    secret = literal(verifier(link["password"]))
    server.run(f"{'ALTER' if there else 'CREATE'} ROLE {role} LOGIN NOCREATEDB NOCREATEROLE PASSWORD {secret}")
    server.run(f"COMMENT ON ROLE {role} IS {literal(MARK)}")
    groups = {"owner": owner, **{access: f"{owner}_{access}" for access in RIGHTS}}
    for access, group in groups.items():
        verb, to = ("GRANT", "TO") if access == link["access"] else ("REVOKE", "FROM")
        server.run(f"{verb} {identifier(group)} {to} {role}")
    granted = server.run(
        "SELECT datname FROM pg_database, aclexplode(datacl) WHERE grantee = CAST(:role AS regrole)", role=role
    )
    for other in sorted({name for (name,) in granted} - {database}):
        server.run(f"REVOKE ALL ON DATABASE {identifier(other)} FROM {role}")
    server.run(f"GRANT CONNECT ON DATABASE {identifier(database)} TO {role}")
    # What an owner makes belongs to all owners.
    server.run(
        f"ALTER ROLE {role} " + (f"SET role TO {identifier(owner)}" if link["access"] == "owner" else "RESET role")
    )

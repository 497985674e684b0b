"""Inside a PostgreSQL server: the roles of links.

What a role may do it has from a group of the server's: `app_read`, `app_readwrite`, or `app` itself, the owner; and it
may connect to its own database only. The groups have their rights on what is there, and by default privileges on all
that the owner makes from then on, in new schemas too. What another role makes (a superuser's extension) is theirs with
the next link that is made or changed: PostgreSQL has default privileges by maker only.

Row-level security holds for `read` and `readwrite`, which own nothing and bypass nothing; not for `owner`, whose tables
they are, unless a table says FORCE ROW LEVEL SECURITY.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.local.box import Record
from infra_kit.providers.local.credentials import Credential
from infra_kit.providers.local.servers.postgres_roles import connect, role

READ, READWRITE = f"{OWNER}_read", f"{OWNER}_readwrite"
GROUPS = {"read": READ, "readwrite": READWRITE, "owner": OWNER}
"""What a link's role is a member of, by its access."""
_RIGHTS: dict[str, tuple[LiteralString, LiteralString]] = {
    READ: ("SELECT", "SELECT"),
    READWRITE: ("SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"),
}
"""Of a group, on tables and on sequences."""
_LACKING = sql.SQL("""
    SELECT nspname, relname FROM pg_class AS it JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind = ANY(%s::"char"[])
    AND EXISTS (SELECT FROM unnest(%s::text[]) AS needed WHERE NOT {}(%s::name, it.oid, needed))""")
"""On which tables, or sequences, a group lacks a right."""
TRIES = 5
_MARK = "infra-kit link"
"""A comment on each role that a link made."""


def settle(record: Record, credentials: Collection[Credential]) -> None:
    """Makes all of them, and takes away those whose link went while the server was down."""
    for credential in credentials:
        make(record, credential)
    with connect(record) as connection:
        found = "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s"
        there = {str(row[0]) for row in connection.execute(found, [_MARK])}
    for user in sorted(there - {credential.user for credential in credentials}):
        drop(record, user)


def make(record: Record, credential: Credential) -> None:
    """The role with just its rights: what it had beyond them is gone."""
    database, group = credential.rights["database"], GROUPS[credential.rights["access"]]
    _prepare(record, database)
    with connect(record) as connection:
        role(connection, credential.user, credential.password, "LOGIN")
        _run(connection, "COMMENT ON ROLE {} IS {}", credential.user, sql.Literal(_MARK))
        for other in sorted({*GROUPS.values()} - {group}):
            _run(connection, "REVOKE {} FROM {}", other, credential.user)
        for reachable in _granted_databases(connection, credential.user) - {database}:
            _run(connection, "REVOKE ALL ON DATABASE {} FROM {}", reachable, credential.user)
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", database, credential.user)
        _run(connection, "GRANT {} TO {}", group, credential.user)
        # What an owner makes belongs to all owners.
        acts_as = sql.SQL("SET role TO {}").format(sql.Identifier(OWNER)) if group == OWNER else sql.SQL("RESET role")
        _run(connection, "ALTER ROLE {} {}", credential.user, acts_as)


def drop(record: Record, user: str) -> None:
    """Ends its sessions and the role. What it made, if anything, is the owner's."""
    with connect(record) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [user]).fetchone():
            return
        _run(connection, "ALTER ROLE {} NOLOGIN", user)
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [user])
        databases = _databases(connection)
    for database in databases:
        with connect(record, database) as inside:
            _run(inside, "REASSIGN OWNED BY {} TO {}", user, OWNER)
            _run(inside, "DROP OWNED BY {}", user)
    with connect(record) as connection:
        _run(connection, "DROP ROLE {}", user)


def is_member(record: Record, credential: Credential) -> bool:
    """Whether the role gets in, and has the rights of its link. Raises where it does not get in."""
    database, group = credential.rights["database"], GROUPS[credential.rights["access"]]
    with connect(record, database, credential.user, credential.password) as connection:
        found = connection.execute("SELECT pg_has_role(session_user, %s, 'MEMBER')", [group]).fetchone()
        return bool(found and found[0])


def _prepare(record: Record, database: str) -> None:
    """The groups, with their rights in the database. A migration at work there is in the way of what it changes: a
    statement waits until it is over and fails then, so that all is tried again, with what there is to do by then."""
    for _ in range(TRIES - 1):
        try:
            return _prepare_once(record, database)
        except (psycopg.errors.InternalError_, psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            continue
    return _prepare_once(record, database)


def _prepare_once(record: Record, database: str) -> None:
    with connect(record, database) as inside, inside.transaction():
        for group in _RIGHTS:
            if not inside.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [group]).fetchone():
                _run(inside, "CREATE ROLE {} NOLOGIN", group)
            _by_default(inside, group)
            _on_what_is_there(inside, group)
        if inside.info.server_version < 150_000 and "public" in _schemas(inside):
            # Before PostgreSQL 15 everybody may make tables there.
            _run(inside, "GRANT ALL ON SCHEMA {} TO {}", "public", OWNER)
            inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _by_default(inside: psycopg.Connection, group: str) -> None:
    tables, sequences = _RIGHTS[group]
    for rights, kind in (("USAGE", "SCHEMAS"), (tables, "TABLES"), (sequences, "SEQUENCES")):
        grant = sql.SQL("GRANT {} ON {}").format(sql.SQL(rights), sql.SQL(kind))
        _run(inside, "ALTER DEFAULT PRIVILEGES FOR ROLE {} {} TO {}", OWNER, grant, group)


def _on_what_is_there(inside: psycopg.Connection, group: str) -> None:
    """What the group has already is left alone: a right that is given again waits for whoever changes the table."""
    tables, sequences = _RIGHTS[group]
    for schema in _schemas(inside):
        has = inside.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", [group, schema]).fetchone()
        if has != (True,):
            _run(inside, "GRANT USAGE ON SCHEMA {} TO {}", schema, group)
    for kind, rights, letters in (("TABLE", tables, "rpvmf"), ("SEQUENCE", sequences, "S")):
        lacking = _LACKING.format(sql.SQL(f"has_{kind.lower()}_privilege"))
        for schema, name in inside.execute(lacking, [[*letters], rights.split(", "), group]).fetchall():
            it = sql.Identifier(schema, name)
            _run(inside, "GRANT {} ON {} {} TO {}", sql.SQL(rights), sql.SQL(kind), it, group)


def _schemas(inside: psycopg.Connection) -> list[str]:
    own = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    return [str(row[0]) for row in inside.execute(own)]


def _databases(connection: psycopg.Connection) -> list[str]:
    return [str(row[0]) for row in connection.execute("SELECT datname FROM pg_database WHERE datallowconn")]


def _granted_databases(connection: psycopg.Connection, user: str) -> set[str]:
    found = "SELECT datname FROM pg_database, aclexplode(datacl) WHERE grantee = %s::regrole"
    return {str(row[0]) for row in connection.execute(found, [user])}


def _run(connection: psycopg.Connection, statement: LiteralString, *names: Any) -> None:
    """Texts are names; what is SQL stays as it is."""
    parts = [sql.Identifier(it) if isinstance(it, str) else it for it in names]
    connection.execute(sql.SQL(statement).format(*parts))

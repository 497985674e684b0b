"""Inside a PostgreSQL server: the roles of links, as SQL for psql.

What a role may do it has from a group of the server's: `app_read`, `app_readwrite`, or `app` itself, the owner; and it
may connect to its own database only. The groups have their rights on what is there when the server is set up, and by
default privileges on all that the owner makes from then on, in new schemas too. What another role makes (an extension
of the superuser's) is theirs with the next change of the server's settings.

Row-level security holds for `read` and `readwrite`, which own nothing and bypass nothing; not for `owner`, whose tables
they are, unless a table says FORCE ROW LEVEL SECURITY.
"""

from __future__ import annotations

from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.common.scram import verifier

READ, READWRITE = f"{OWNER}_read", f"{OWNER}_readwrite"
GROUPS = {"read": READ, "readwrite": READWRITE, "owner": OWNER}
"""What a link's role is a member of, by its access."""
RIGHTS = {READ: ("SELECT", "SELECT"), READWRITE: ("SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT")}
"""Of a group, on tables and on sequences."""
UNLOGGED = "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';"
"""What follows holds what no log may."""
ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('infra-kit links'));"
"""Two that change one database's rights at once would meet."""


def groups() -> list[str]:
    """Makes them, once a server."""
    return [f"SELECT 'CREATE ROLE {it} NOLOGIN' {_missing(it)} \\gexec" for it in RIGHTS]


def in_database() -> list[str]:
    """Their rights in the database that psql is connected to."""
    return [
        # Before PostgreSQL 15 everybody may make tables there.
        f"SELECT 'GRANT ALL ON SCHEMA public TO {OWNER}; REVOKE CREATE ON SCHEMA public FROM PUBLIC' "  # noqa: S608
        "WHERE EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') \\gexec",
        *(line for group in RIGHTS for line in _rights(group)),
    ]


def _rights(group: str) -> list[str]:
    tables, sequences = RIGHTS[group]
    each = (("USAGE", "SCHEMAS"), (tables, "TABLES"), (sequences, "SEQUENCES"))
    default = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT"
    there = (
        f"GRANT USAGE ON SCHEMA %1$I TO {group}; GRANT {tables} ON ALL TABLES IN SCHEMA %1$I TO {group}; "
        f"GRANT {sequences} ON ALL SEQUENCES IN SCHEMA %1$I TO {group}"
    )
    return [
        *(f"{default} {rights} ON {kind} TO {group};" for rights, kind in each),
        f"SELECT format('{there}', nspname) FROM pg_namespace "  # noqa: S608
        "WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'infra_kit') \\gexec",
    ]


def role(name: str, access: str, database: str, password: str) -> str:
    """The role with just its rights, what it had beyond them is gone: for a session of the superuser in `postgres`."""
    group = GROUPS[access]
    others = ", ".join(it for it in GROUPS.values() if it != group)
    lines = [
        UNLOGGED,
        ONE_AT_A_TIME,
        f"SELECT 'CREATE ROLE \"{name}\"' {_missing(name)} \\gexec",
        f'ALTER ROLE "{name}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS '
        f"PASSWORD '{verifier(password)}';",
        f'REVOKE {others} FROM "{name}";',
        f"SELECT format('REVOKE ALL ON DATABASE %I FROM \"{name}\"', datname) FROM pg_database "  # noqa: S608
        f"WHERE datname <> '{database}' \\gexec",
        f'GRANT CONNECT ON DATABASE "{database}" TO "{name}";',
        f'GRANT {group} TO "{name}";',
        # What an owner makes belongs to all owners.
        f'ALTER ROLE "{name}" SET role TO {OWNER};' if access == "owner" else f'ALTER ROLE "{name}" RESET role;',
    ]
    return "\n".join(lines) + "\n"


def _missing(name: str) -> str:
    return f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"

"""What psql is told once a PostgreSQL server stands.

Names in it are identifiers that the spec checked, and passwords are letters and digits: nothing has to be escaped.
"""

from __future__ import annotations

from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.vps import postgres_links
from infra_kit.providers.vps.postgres_conf import LOGINS, POOLER, REPLICATOR


def settings(spec: PostgresSpec, password: str, replication: str, pooler: str | None = None) -> str:
    """SQL for psql that makes what is missing, any number of times.

    What is no longer asked for stays: dropping it would lose data.
    """
    lines = [
        postgres_links.UNLOGGED,
        *_role(OWNER, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS", password),
        *_role(REPLICATOR, "LOGIN REPLICATION", replication),
        *(_role(POOLER, "LOGIN", pooler) if pooler else []),
        *postgres_links.groups(),
        *(line for name in spec.databases for line in _database(name)),
        *(line for name in spec.databases for line in _inside(name, spec)),
    ]
    return "\n".join(lines) + "\n"


def _role(name: str, rights: str, password: str) -> list[str]:
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return [f"SELECT 'CREATE ROLE {name}' {missing} \\gexec", f"ALTER ROLE {name} {rights} PASSWORD '{password}';"]


def _database(name: str) -> list[str]:
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
    return [
        f"SELECT 'CREATE DATABASE \"{name}\" OWNER {OWNER}' {missing} \\gexec",
        f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;',
    ]


def _inside(database: str, spec: PostgresSpec) -> list[str]:
    return [
        f'\\connect "{database}"',
        *(f'CREATE EXTENSION IF NOT EXISTS "{x}" CASCADE;' for x in spec.extensions),
        *postgres_links.in_database(),
        *(_logins(database) if spec.pooling else []),
    ]


def _logins(database: str) -> list[str]:
    """By this the pooler asks for the roles of links: what PostgreSQL keeps of their passwords, and nobody else's."""
    schema, _, function = LOGINS.partition(".")
    return [
        f'GRANT CONNECT ON DATABASE "{database}" TO {POOLER};',
        f"CREATE SCHEMA IF NOT EXISTS {schema};",
        f"GRANT USAGE ON SCHEMA {schema} TO {POOLER};",
        f"CREATE OR REPLACE FUNCTION {schema}.{function}(wanted text) "  # noqa: S608
        "RETURNS TABLE (username text, verifier text) "
        "LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$ SELECT usename::text, passwd FROM pg_shadow "
        "WHERE usename = wanted AND NOT usesuper AND NOT userepl $$;",
        f"REVOKE ALL ON FUNCTION {schema}.{function}(text) FROM PUBLIC;",
        f"GRANT EXECUTE ON FUNCTION {schema}.{function}(text) TO {POOLER};",
    ]

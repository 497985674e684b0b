"""What psql is told once a PostgreSQL server stands.

Names in it are identifiers that the spec checked, and passwords are letters and digits: nothing has to be escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.common.postgres_roles import OWNER
from infra_kit.providers.vps import postgres_links
from infra_kit.providers.vps.containers import Container
from infra_kit.providers.vps.postgres_conf import LOGINS, POOLER, REPLICATOR

QUERIES: Mapping[str, Any] = {
    "infra_kit_postgres": {
        "query": "SELECT count(*) AS connections, current_setting('max_connections')::int AS max_connections "
        "FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')",
        "metrics": [
            {"connections": {"usage": "GAUGE", "description": "Those that are open."}},
            {"max_connections": {"usage": "GAUGE", "description": "Those that it takes."}},
        ],
    },
    "infra_kit_replica": {
        "query": "SELECT slot_name, CASE WHEN active_pid IS NULL THEN 'Infinity'::float8 "
        "ELSE coalesce(extract(epoch FROM replay_lag), 0) END AS lag_seconds "
        "FROM pg_replication_slots LEFT JOIN pg_stat_replication ON pid = active_pid "
        "WHERE slot_type = 'physical' AND NOT temporary",
        "metrics": [
            {"slot_name": {"usage": "LABEL", "description": "Whose."}},
            {"lag_seconds": {"usage": "GAUGE", "description": "How far it is behind; of one that is away, no end."}},
        ],
    },
}
"""What is asked beside what postgres_exporter asks by itself. The primary knows each replica by its slot, also one that
does not come."""


def psql(server: Container) -> pulumi.Output[str]:
    """What runs the SQL of its standard input as the superuser."""
    psql = "psql --no-psqlrc --quiet --output /dev/null --set ON_ERROR_STOP=1 --username postgres --dbname postgres"
    return pulumi.Output.concat("docker exec --interactive ", server.id, " ", psql)


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


def monitor(name: str, password: str) -> str:
    """SQL that makes a role which reads statistics, and no data."""
    rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5"
    return "\n".join([postgres_links.UNLOGGED, *_role(name, rights, password), f"GRANT pg_monitor TO {name};"]) + "\n"


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

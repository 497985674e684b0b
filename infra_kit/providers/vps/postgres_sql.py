"""What psql is told once a PostgreSQL server stands.

Names in it are identifiers that the spec checked, and passwords are letters and digits: nothing has to be escaped.
"""

from __future__ import annotations

from infra_kit.components.postgres import PostgresSpec
from infra_kit.providers.vps.postgres_conf import OWNER, REPLICATOR


def settings(spec: PostgresSpec, password: str, replication: str) -> str:
    """SQL for psql that makes what is missing, any number of times.

    What is no longer asked for stays, dropping it would lose data; only slots of replicas that are gone are dropped.
    """
    slots = [slot(number) for number in range(1, spec.read_replicas + 1)]
    lines = [
        "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';",
        *_role(OWNER, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS", password),
        *_role(REPLICATOR, "LOGIN REPLICATION", replication),
        *(line for name in spec.databases for line in _database(name)),
        *(_slot(name) for name in slots),
        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE 'replica\\_%' "  # noqa: S608
        f"AND NOT active AND slot_name <> ALL ('{{{','.join(slots)}}}');",
        *(line for name in spec.databases for line in _extensions(name, spec)),
    ]
    return "\n".join(lines) + "\n"


def slot(number: int) -> str:
    """The replica's replication slot: by it the primary keeps the log that the replica still needs."""
    return f"replica_{number}"


def _role(name: str, rights: str, password: str) -> list[str]:
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
    return [f"SELECT 'CREATE ROLE {name}' {missing} \\gexec", f"ALTER ROLE {name} {rights} PASSWORD '{password}';"]


def _database(name: str) -> list[str]:
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
    return [
        f"SELECT 'CREATE DATABASE \"{name}\" OWNER {OWNER}' {missing} \\gexec",
        f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;',
    ]


def _slot(name: str) -> str:
    missing = f"WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '{name}')"
    return f"SELECT pg_create_physical_replication_slot('{name}', true) {missing};"


def _extensions(database: str, spec: PostgresSpec) -> list[str]:
    if not spec.extensions:
        return []
    return [f'\\connect "{database}"', *(f'CREATE EXTENSION IF NOT EXISTS "{x}" CASCADE;' for x in spec.extensions)]

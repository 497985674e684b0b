"""The configuration of a PostgreSQL server in a container, and of the pooler before it."""

from __future__ import annotations

from collections.abc import Sequence

from infra_kit.components.postgres import PostgresSpec
from infra_kit.databases import Pooling
from infra_kit.providers.common import postgres_parameters
from infra_kit.providers.vps.containers import FILES

PORT, POOLER_PORT = 5432, 6432
USER = "999:999"
"""The image's own user `postgres` (https://github.com/docker-library/postgres)."""
POOLER_USER = "70:70"
"""The pooler image's own user `postgres` (https://github.com/edoburu/docker-pgbouncer)."""
REPLICATOR, POOLER = "replicator", "pooler"
LOGINS = "infra_kit.logins"
"""The function by which the pooler looks roles up."""
SOCKETS = "/var/run/postgresql"
MAX_CONNECTIONS = 100
CONSOLE = "/tmp"  # noqa: S108  the pooler's own
"""Where the pooler's console is, for `scripts/measure.sh`."""
POOLED_CONNECTIONS = 80
"""The pooler's share of them: the rest is for migrations, replicas and whoever looks after the server."""

OURS = frozenset(
    {
        "hot_standby", "logging_collector", "max_connections", "max_wal_senders", "password_encryption",
        "restore_command", "shared_preload_libraries",
    }
)  # fmt: skip
"""Parameters that this target decides, beyond what every one does."""

HBA = """\
# The superuser is reached in the container only; everyone else by password.
local all postgres peer
host all postgres all reject
host replication replicator all scram-sha-256
host all all all scram-sha-256
"""


def check(name: str, spec: PostgresSpec) -> None:
    """Raises `SpecError` for a parameter that would open the server, or break what else the spec asks."""
    postgres_parameters.check(name, spec.parameters, decider="the vps target", also=OURS)


def server(spec: PostgresSpec, *, archive: str | None = None, follow: tuple[str, str] | None = None) -> str:
    """postgresql.conf.

    Args:
        spec: what was asked for.
        archive: the folder for finished segments of the log; None: none are kept.
        follow: of a replica, the primary's host and the replica's slot.
    """
    settings = {
        "listen_addresses": "*",
        "port": str(PORT),
        "unix_socket_directories": SOCKETS,
        "hba_file": f"{FILES}/pg_hba.conf",
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{max(16, int(spec.memory_gb * 256))}MB",
        "effective_cache_size": f"{max(32, int(spec.memory_gb * 640))}MB",
        "max_connections": str(MAX_CONNECTIONS),
        "wal_level": "replica",
        # A replica that stays away holds the log back, but not without end: beyond this it must be copied anew.
        "max_slot_wal_keep_size": "1GB",
        **_preload(spec),
        **_archive(archive),
        **_following(follow),
        **spec.parameters,
    }
    return "".join(f"{key} = '{value.replace(chr(39), chr(39) * 2)}'\n" for key, value in settings.items())


def _preload(spec: PostgresSpec) -> dict[str, str]:
    """What counts statements must be loaded when the server starts."""
    return {"shared_preload_libraries": "pg_stat_statements"} if "pg_stat_statements" in spec.extensions else {}


def _archive(folder: str | None) -> dict[str, str]:
    """A quiet minute ends a segment too (seeds/001: less than 1 h may be lost)."""
    if folder is None:
        return {}
    command = f'sh {FILES}/archived.sh "%p" "%f" "{folder}"'
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "60"}


def _following(follow: tuple[str, str] | None) -> dict[str, str]:
    if follow is None:
        return {}
    host, slot = follow
    return {
        "primary_conninfo": f"host={host} port={PORT} user={REPLICATOR} passfile=/tmp/pgpass",
        "primary_slot_name": slot,
    }


def pool_size(databases: Sequence[str]) -> int:
    """How many connections the pooler opens to each database."""
    return max(1, POOLED_CONNECTIONS // len(databases))


def pooler(pooling: Pooling, databases: Sequence[str], host: str) -> str:
    """pgbouncer.ini (https://www.pgbouncer.org/config.html). Its log goes to the standard output."""
    share = pool_size(databases)
    settings = {
        "listen_addr": "0.0.0.0",  # noqa: S104  of the container, which publishes nothing
        "listen_port": POOLER_PORT,
        "unix_socket_dir": CONSOLE,
        "auth_type": "scram-sha-256",
        "auth_file": f"{FILES}/userlist.txt",
        "auth_user": POOLER,
        "auth_query": f"SELECT username, verifier FROM {LOGINS}($1)",  # noqa: S608  a name of our own
        "pool_mode": pooling.mode,
        "max_client_conn": pooling.max_connections,
        # Of a database, for all of its roles together: each link is a role, and the pools are one of each.
        "max_db_connections": share,
        "default_pool_size": share,
        "max_prepared_statements": 200,
        "ignore_startup_parameters": "extra_float_digits,options",
    }
    places = "".join(f"{name} = host={host} port={PORT} dbname={name}\n" for name in databases)
    return f"[databases]\n{places}[pgbouncer]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())

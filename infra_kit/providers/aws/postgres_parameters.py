"""The parameter group of an RDS server.

The API takes numbers in a parameter's own unit and 0 or 1 for a switch, and must be told which parameters only count
after a restart (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html). PostgreSQL's
own spelling (`64MB`, `on`) is turned into that. Contexts are those of pg_settings.
"""

from __future__ import annotations

from pulumi_aws import rds

from infra_kit.component import Scope
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresSpec
from infra_kit.providers.aws import postgres_extensions
from infra_kit.providers.common.postgres_parameters import Service
from infra_kit.providers.common.sizes import Size

TLS_ONLY = {"rds.force_ssl": "1"}
LOGGED = {"log_statement": "ddl", "log_min_duration_statement": "1000"}
"""Unless the spec says otherwise: changes of the schema, and statements of a second or more (milliseconds)."""

BYTES_A_CONNECTION = 9_531_392
MOST_CONNECTIONS = 5000
"""RDS lets a server take its memory by the first, at most the second
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections)."""

RDS = Service("RDS", ours=frozenset({"rds.force_ssl"}), on="1", off="0")

_LISTED = """
    autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age autovacuum_worker_slots
    commit_timestamp_buffers cron.database_name huge_pages io_max_combine_limit io_max_concurrency io_method
    max_active_replication_origins max_connections max_files_per_process max_locks_per_transaction
    max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction max_prepared_transactions
    max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory multixact_member_buffers
    multixact_offset_buffers notify_buffers rds.enable_pgactive rds.logical_replication reserved_connections
    serializable_buffers shared_buffers shared_preload_libraries subtransaction_buffers superuser_reserved_connections
    track_activity_query_size track_commit_timestamp transaction_buffers wal_buffers
"""
STATIC = frozenset(_LISTED.split())
"""Count from the next restart: a new server has them from the start, a running one is restarted by hand."""


def connections(spec: PostgresSpec, size: Size) -> int:
    """How many a server takes, about: what is asked for, or what RDS lets it take by its memory."""
    own = spec.parameters.get("max_connections", "")
    return int(own) if own.isdigit() else min(MOST_CONNECTIONS, int(size.memory_gb * 2**30 / BYTES_A_CONNECTION))


def group(scope: Scope, spec: PostgresSpec) -> rds.ParameterGroup:
    """The server's parameters. Raises `SpecError` for those that are not the spec's to say, or not understood."""
    values = _values(scope, spec)
    return scope.resource(
        "parameters",
        rds.ParameterGroup,
        family=f"postgres{spec.version or DEFAULT_VERSION}",
        description=f"Postgres {scope.name} of {scope.target.app} ({scope.environment})",
        parameters=[_parameter(name, value) for name, value in sorted(values.items())],
        tags=scope.tags,
        ignore_changes=["description"],  # AWS changes none: a component that is renamed would get another group
    )


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "apply_method": "pending-reboot" if name in STATIC else "immediate"}


def _values(scope: Scope, spec: PostgresSpec) -> dict[str, str]:
    """The driver's, then the extensions', then the user's; the libraries to load are those of both."""
    asked = RDS.values(scope.name, spec.parameters)
    needed = postgres_extensions.parameters(spec.extensions, spec.databases[0])
    libraries = [needed["shared_preload_libraries"], asked.pop("shared_preload_libraries", "")]
    loaded = dict.fromkeys(name.strip() for name in ",".join(libraries).split(",") if name.strip())
    return {**LOGGED, **needed, **asked, **TLS_ONLY, "shared_preload_libraries": ",".join(loaded)}

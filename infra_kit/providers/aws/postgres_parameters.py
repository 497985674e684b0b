"""The parameter group of an RDS server.

The API takes numbers in a parameter's own unit and 0 or 1 for a switch, and must be told which parameters only count
after a restart (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html). PostgreSQL's
own spelling (`64MB`, `on`) is turned into that. Units and contexts are those of pg_settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pulumi_aws import rds

from infra_kit.component import Scope
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import postgres_extensions

TLS_ONLY = {"rds.force_ssl": "1"}
LOGGED = {"log_statement": "ddl", "log_min_duration_statement": "1000"}
"""Unless the spec says otherwise: changes of the schema, and statements of a second or more (milliseconds)."""

OURS = frozenset({"listen_addresses", "port", "hba_file", "ident_file", "data_directory", "wal_level", "rds.force_ssl"})
FAMILIES = ("ssl", "archive_", "recovery_", "krb_", "unix_socket_", "include", "primary_")

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

_WORDS = {
    "backslash_quote", "compute_query_id", "constraint_exclusion", "debug_parallel_query", "huge_pages",
    "recovery_prefetch", "synchronous_commit", "wal_compression",
}  # fmt: skip
"""`on` is one of several words here, no switch."""
_SWITCH = {"on": "1", "true": "1", "yes": "1", "off": "0", "false": "0", "no": "0"}

_UNITS = {
    "s": "archive_timeout authentication_timeout autovacuum_naptime checkpoint_timeout checkpoint_warning "
    "idle_replication_slot_timeout tcp_keepalives_idle tcp_keepalives_interval wal_receiver_status_interval",
    "ms": "autovacuum_vacuum_cost_delay bgwriter_delay client_connection_check_interval deadlock_timeout "
    "idle_in_transaction_session_timeout idle_session_timeout lock_timeout log_autovacuum_min_duration "
    "log_min_duration_sample log_min_duration_statement max_standby_archive_delay max_standby_streaming_delay "
    "statement_timeout tcp_user_timeout transaction_timeout vacuum_cost_delay wal_receiver_timeout wal_sender_timeout "
    "wal_writer_delay",
    "kB": "autovacuum_work_mem gin_pending_list_limit log_rotation_size log_temp_files logical_decoding_work_mem "
    "maintenance_work_mem max_stack_depth temp_file_limit vacuum_buffer_usage_limit wal_skip_threshold work_mem",
    "8kB": "backend_flush_after bgwriter_flush_after checkpoint_flush_after effective_cache_size io_combine_limit "
    "min_parallel_index_scan_size min_parallel_table_scan_size shared_buffers temp_buffers wal_buffers "
    "wal_writer_flush_after",
    "B": "log_parameter_max_length log_parameter_max_length_on_error track_activity_query_size",
    "min": "log_rotation_age wal_summary_keep_time",
    "MB": "max_slot_wal_keep_size max_wal_size min_dynamic_shared_memory min_wal_size wal_keep_size",
}
_UNIT_OF = {name: unit for unit, names in _UNITS.items() for name in names.split()}
_BYTES = {"B": 1, "kB": 2**10, "8kB": 2**13, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_MICROSECONDS = {"us": 1, "ms": 10**3, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6, "d": 86_400 * 10**6}


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
    check(scope.name, spec.parameters)
    asked = {name: value_of(scope.name, name, value) for name, value in spec.parameters.items()}
    needed = postgres_extensions.parameters(spec.extensions, spec.databases[0])
    libraries = [needed["shared_preload_libraries"], asked.pop("shared_preload_libraries", "")]
    loaded = dict.fromkeys(name.strip() for name in ",".join(libraries).split(",") if name.strip())
    return {**LOGGED, **needed, **asked, **TLS_ONLY, "shared_preload_libraries": ",".join(loaded)}


def check(name: str, parameters: Mapping[str, str]) -> None:
    """Raises `SpecError` for a parameter that the service or the driver decides."""
    taken = sorted(key for key in parameters if key in OURS or key.startswith(FAMILIES))
    if taken:
        given = ", ".join(f"{key}={parameters[key]!r}" for key in taken)
        raise SpecError(
            f"Postgres {name!r}: parameters: given {given}, which RDS or infra-kit decides itself. Leave it out; what "
            "RDS lets be changed of the others is allowed."
        )


def value_of(component: str, name: str, value: str) -> str:
    """The value as the API takes it: `64MB` of work_mem is 65536, for its unit is kB."""
    if name not in _WORDS and value.lower() in _SWITCH:
        return _SWITCH[value.lower()]
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB|us|ms|s|min|h|d)", value)
    if not match:
        return value
    own = _UNIT_OF.get(name, "")
    scale = _BYTES if own in _BYTES else _MICROSECONDS
    if own not in scale or match[2] not in scale:
        raise SpecError(
            f"Postgres {component!r}: parameters: given {name}={value!r}; RDS takes a plain number in the parameter's "
            f"own unit{f' ({own})' if own else ''}. Say it so."
        )
    return str(round(float(match[1]) * scale[match[2]] / scale[own]))

"""Server parameters: those that no spec may say, and PostgreSQL's own spelling (`64MB`, `on`) turned into a service's.

Units are those of pg_settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass

from infra_kit.errors import SpecError

OURS = frozenset({"config_file", "data_directory", "hba_file", "ident_file", "listen_addresses", "port", "wal_level"})
FAMILIES = ("archive_", "include", "krb_", "primary_", "recovery_", "ssl", "unix_socket_")
"""Of every target: what would open the server, or break what else the spec asks."""

_WORDS = {
    "backslash_quote", "compute_query_id", "constraint_exclusion", "debug_parallel_query", "huge_pages",
    "recovery_prefetch", "synchronous_commit", "wal_compression",
}  # fmt: skip
"""`on` is one of several words here, no switch."""
_ON, _OFF = frozenset({"on", "true", "yes"}), frozenset({"off", "false", "no"})

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


def check(component: str, parameters: Mapping[str, str], *, decider: str, also: Set[str] = frozenset()) -> None:
    """Raises `SpecError` for a parameter that is not the spec's to say.

    Args:
        component: its name.
        parameters: the spec's.
        decider: who says them instead, e.g. `RDS or infra-kit`.
        also: names that it keeps for itself, beyond those of every target.
    """
    taken = sorted(key for key in parameters if key in OURS or key in also or key.startswith(FAMILIES))
    if taken:
        given = ", ".join(f"{key}={parameters[key]!r}" for key in taken)
        raise SpecError(
            f"Postgres {component!r}: parameters: given {given}, which {decider} decides itself. Leave it out; what "
            "else can be set here is allowed."
        )


@dataclass(frozen=True)
class Service:
    """A service that takes plain numbers, each in the parameter's own unit."""

    name: str
    ours: Set[str]
    """What it keeps for itself, beyond what every target does."""
    on: str
    off: str

    def values(self, component: str, parameters: Mapping[str, str]) -> dict[str, str]:
        """The spec's, as it takes them. Raises `SpecError` for what is not the spec's to say, or not understood."""
        check(component, parameters, decider=f"{self.name} or infra-kit", also=self.ours)
        return {name: self._value(component, name, value) for name, value in parameters.items()}

    def _value(self, component: str, name: str, value: str) -> str:
        """`64MB` of work_mem is 65536, for its unit is kB."""
        if name not in _WORDS and value.lower() in _ON | _OFF:
            return self.on if value.lower() in _ON else self.off
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB|us|ms|s|min|h|d)", value)
        if not match:
            return value
        own = _UNIT_OF.get(name, "")
        scale = _BYTES if own in _BYTES else _MICROSECONDS
        if own not in scale or match[2] not in scale:
            raise SpecError(
                f"Postgres {component!r}: parameters: given {name}={value!r}; {self.name} takes a plain number in the "
                f"parameter's own unit{f' ({own})' if own else ''}. Say it so."
            )
        return str(round(float(match[1]) * scale[match[2]] / scale[own]))

"""The settings of a Cloud SQL server, from the spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra_kit.component import Scope
from infra_kit.components.postgres import PostgresSpec
from infra_kit.databases import Backups
from infra_kit.providers.common.postgres_parameters import Service
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.gcp import sizes
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork

LOG_DAYS, PLUS_LOG_DAYS = 7, 35
"""How long Enterprise and Enterprise Plus keep the write-ahead log
(https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr)."""

SMALLEST_DISK_GB = 10
"""https://cloud.google.com/sql/docs/postgres/instance-settings"""

FINAL_BACKUP_DAYS, FINAL_BACKUP_DAYS_IN_PRODUCTION = 30, 365
"""How long the backup is kept that is made when the server goes: 365 is the most
(https://cloud.google.com/sql/docs/postgres/backup-recovery/backups)."""

CLOUD_SQL = Service(
    "Cloud SQL",
    ours=frozenset({"hot_standby", "restore_command", "shared_preload_libraries"}),
    on="on",
    off="off",
)
"""How its flags are spelled (https://cloud.google.com/sql/docs/postgres/flags)."""

LOGGING = {
    "cloudsql.enable_pgaudit": "on",
    "log_checkpoints": "on",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_hostname": "on",
    "log_lock_waits": "on",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "error",
    "log_min_messages": "warning",
    "log_statement": "ddl",
    "log_temp_files": "0",
}
"""What CIS Google Cloud asks of a PostgreSQL server's log (6.2). The spec's own parameters come before.

Why not CKV2_GCP_13 (log_duration): it writes a line for every statement, which says nothing of what the statement was;
Query Insights, where the environment watches queries, has the durations.
"""


@dataclass(frozen=True)
class Settings:
    """As the resource takes them."""

    primary: Mapping[str, Any]
    replica: Mapping[str, Any]


CONNECTIONS = ((0, 25), (1, 50), (3.75, 100), (6, 200), (7.5, 400), (15, 500), (30, 600), (60, 800), (120, 1000))
"""By GiB of memory, from so many on
(https://cloud.google.com/sql/docs/postgres/flags#postgres-m, max_connections)."""


def connections(spec: PostgresSpec, size: Size) -> int:
    """How many a server takes: what is asked for, or what Cloud SQL lets it take by its memory."""
    own = spec.parameters.get("max_connections", "")
    return int(own) if own.isdigit() else max(most for least, most in CONNECTIONS if size.memory_gb >= least)


def needs_plus(spec: PostgresSpec) -> bool:
    """Whether only the edition Enterprise Plus has what is asked."""
    backups = spec.backups
    return bool(spec.pooling or (backups and backups.point_in_time and backups.retention_days > LOG_DAYS))


def settings(scope: Scope, spec: PostgresSpec, size: Size, network: GcpNetwork) -> Settings:
    """What the primary and its replicas share, and what is the primary's alone."""
    plus = size in sizes.ENTERPRISE_PLUS
    shared = {
        "tier": size.name,
        "edition": "ENTERPRISE_PLUS" if plus else "ENTERPRISE",
        "user_labels": labels(scope),
        "ip_configuration": _addresses(network),
        "database_flags": _flags(scope, spec),
        "insights_config": {"query_insights_enabled": scope.defaults.monitoring, "record_application_tags": True},
        **_disk(spec),
    }
    primary = {
        **shared,
        "availability_type": "REGIONAL" if spec.high_availability else "ZONAL",
        "backup_configuration": _backups(spec, PLUS_LOG_DAYS if plus else LOG_DAYS),
        "deletion_protection_enabled": bool(spec.deletion_protection),
        "final_backup_config": _final_backup(scope),
        # Sunday, 05:00 UTC; production hears of an update two weeks before it comes, the others one.
        "maintenance_window": {"day": 7, "hour": 5, "update_track": "stable" if scope.defaults.protect else "canary"},
        "connection_pool_configs": _pool(spec),
        # What is inside is made through it (`postgres_setup`): it asks IAM who may, and a user's password.
        "data_api_access": "ALLOW_DATA_API",
    }
    return Settings(primary, {**shared, "availability_type": "ZONAL"})


def _addresses(network: GcpNetwork) -> dict[str, Any]:
    """Private only, and every connection encrypted.

    Why not CKV_GCP_6: of PostgreSQL it only accepts that each client has a certificate of its own, and the endpoint is
    a URL, which has no place for one. What is not encrypted is refused here too.
    """
    return {"ipv4_enabled": False, "private_network": network.network, "ssl_mode": "ENCRYPTED_ONLY"}


def _flags(scope: Scope, spec: PostgresSpec) -> list[dict[str, str]]:
    """In order of their names: the spec's own order changes nothing."""
    values = {**LOGGING, **CLOUD_SQL.values(scope.name, spec.parameters)}
    return [{"name": name, "value": value} for name, value in sorted(values.items())]


def _disk(spec: PostgresSpec) -> dict[str, Any]:
    return {
        "disk_type": "PD_SSD",
        "disk_size": max(spec.storage_gb, SMALLEST_DISK_GB),
        "disk_autoresize": spec.max_storage_gb is not None,
        # 0 is no limit, and counts for nothing where the disk does not grow.
        "disk_autoresize_limit": max(spec.max_storage_gb or 0, SMALLEST_DISK_GB) if spec.max_storage_gb else 0,
    }


def _backups(spec: PostgresSpec, log_days: int) -> dict[str, Any]:
    copies = spec.high_availability or spec.read_replicas > 0
    backups = spec.backups or (Backups(retention_days=1) if copies else None)
    if backups is None:
        return {"enabled": False}
    log = backups.point_in_time or copies
    return {
        "enabled": True,
        "start_time": backups.window.partition("-")[0],
        # One a day.
        "backup_retention_settings": {"retained_backups": backups.retention_days, "retention_unit": "COUNT"},
        "point_in_time_recovery_enabled": log,
        "transaction_log_retention_days": min(backups.retention_days, log_days) if log else None,
    }


def _final_backup(scope: Scope) -> dict[str, Any]:
    if not scope.defaults.retain_data:
        return {"enabled": False}
    days = FINAL_BACKUP_DAYS_IN_PRODUCTION if scope.defaults.protect else FINAL_BACKUP_DAYS
    return {"enabled": True, "retention_days": days}


def _pool(spec: PostgresSpec) -> list[dict[str, Any]] | None:
    if spec.pooling is None:
        return None
    flags = {"max_client_connections": str(spec.pooling.max_connections)}
    if spec.pooling.mode != "transaction":  # which is Cloud SQL's own default
        flags["pool_mode"] = spec.pooling.mode
    return [
        {
            "connection_pooling_enabled": True,
            "flags": [{"name": name, "value": value} for name, value in flags.items()],
        }
    ]

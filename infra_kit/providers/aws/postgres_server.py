"""The RDS instances of a Postgres: the server and its replicas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import pulumi
from pulumi_aws import iam, rds

from infra_kit.component import Scope
from infra_kit.components.postgres import DEFAULT_VERSION, PostgresSpec
from infra_kit.databases import Backups
from infra_kit.errors import SpecError
from infra_kit.providers.aws import identity, postgres_master, snapshots
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.subnets import in_two_zones
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.common.waiting import after

PORT = 5432
MONITORED_EVERY = 60
"""Seconds."""

LEAST_GB = 20
"""The smallest disk (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage)."""
LEAST_LIMIT = 110
"""Percent: the limit of a growing disk is at least a tenth above its size
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html)."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the instances stand, and what they share."""

    subnets: rds.SubnetGroup
    group: pulumi.Output[str]
    parameters: rds.ParameterGroup
    size: Size
    disk: Mapping[str, Any]
    backup: str
    """When RDS backs them up, in UTC: `03:00-04:00`. Replicas and servers without backups have it too."""
    maintenance: str
    """When RDS brings them up to date, in UTC: `sun:04:30-sun:05:00`."""
    key: pulumi.Output[str] | None
    monitor: pulumi.Output[str] | None
    """The role that watches the machine; None where nobody does."""


def subnets(scope: Scope, network: AwsNetwork) -> rds.SubnetGroup:
    """Raises `SpecError` where the network has too few zones for RDS, whatever is asked of it."""
    ids = in_two_zones(scope, network, "RDS")
    return scope.resource("subnets", rds.SubnetGroup, subnet_ids=ids, description=_about(scope), tags=scope.tags)


def server(scope: Scope, spec: PostgresSpec, place: Place, master: pulumi.Output[str] | None) -> rds.Instance:
    """The primary. `master`: its master user's password; None where RDS keeps it."""
    return scope.resource(
        "server",
        rds.Instance,
        stateful=True,
        protect=_protect(scope, spec),
        engine="postgres",
        engine_version=spec.version or DEFAULT_VERSION,
        allow_major_version_upgrade=True,
        port=PORT,
        kms_key_id=place.key,  # a replica of the same region has its primary's, and RDS refuses one that says it
        db_subnet_group_name=place.subnets.name,
        multi_az=spec.high_availability,
        **place.disk,
        deletion_protection=spec.deletion_protection,
        # RDS encrypts no server anew: with another key it would be another, empty one.
        ignore_changes=["kmsKeyId", *postgres_master.decided_at_birth(master)],
        **postgres_master.inputs(master, place.key),
        **_common(scope, place),
        **_backups(scope, spec),
        **_leaving(scope),
    )


def replica(scope: Scope, primary: rds.Instance, place: Place, number: int) -> rds.Instance:
    """A copy that serves reads. It has no data of its own, so nothing protects it and it leaves no snapshot."""
    # Why not CKV_AWS_157 and CKV_AWS_293: its primary has the standby and the protection, a copy is made again.
    return scope.resource(
        f"replica-{number}",
        rds.Instance,
        replicate_source_db=primary.identifier,
        skip_final_snapshot=True,
        **_same_disk(place.disk),
        **_common(scope, place),
    )


def _same_disk(disk: Mapping[str, Any]) -> Mapping[str, Any]:
    """RDS makes a replica only as large as its primary is, which may have grown: then it says nothing of its size, and
    grows by itself too."""
    return {
        key: size for key, size in disk.items() if "max_allocated_storage" not in disk or key != "allocated_storage"
    }


def monitor(scope: Scope) -> pulumi.Output[str] | None:
    """The role by which RDS reports on the machine itself (enhanced monitoring), where the environment asks for it."""
    if not scope.defaults.monitoring:
        return None
    role = scope.resource(
        "monitoring-role",
        iam.Role,
        assume_role_policy=identity.account(scope).apply(_trust),
        description=f"Watches the machine of Postgres {scope.name}",
        tags=scope.tags,
    )
    rights = scope.resource(
        "monitoring-rights",
        iam.RolePolicyAttachment,
        role=role.name,
        policy_arn=pulumi.Output.concat(
            "arn:", identity.partition(scope), ":iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
        ),
    )
    return after(role.arn, rights)


def _trust(account: str) -> str:
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html"""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "monitoring.rds.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _protect(scope: Scope, spec: PostgresSpec) -> bool | None:
    """What the user said of deletion protection goes for Pulumi's own too; None: as the environment says."""
    return None if spec.deletion_protection == scope.defaults.protect else spec.deletion_protection


def _common(scope: Scope, place: Place) -> dict[str, Any]:
    """What a replica must have as its primary has it."""
    return {
        "instance_class": place.size.name,
        "parameter_group_name": place.parameters.name,
        "vpc_security_group_ids": [place.group],
        "publicly_accessible": False,
        "storage_type": "gp3",
        "storage_encrypted": True,
        "iam_database_authentication_enabled": True,
        "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"],
        "auto_minor_version_upgrade": True,
        # The window that is not said is anywhere, and RDS refuses it where it meets the other.
        "backup_window": place.backup,
        "maintenance_window": place.maintenance,
        "copy_tags_to_snapshot": True,
        "apply_immediately": True,
        "tags": scope.tags,
        **_watched(place),
    }


def _watched(place: Place) -> dict[str, Any]:
    """The machine every minute, and what the statements wait for, kept for the week that is free."""
    if place.monitor is None:
        return {}
    return {
        "monitoring_interval": MONITORED_EVERY,
        "monitoring_role_arn": place.monitor,
        "performance_insights_enabled": True,
        "performance_insights_retention_period": 7,
        "performance_insights_kms_key_id": place.key,
    }


def disk(scope: Scope, spec: PostgresSpec) -> dict[str, Any]:
    """Size and limit in GiB. Where it grows by itself, AWS raises it in steps up to the limit: a replica's too, which
    would fill up beside its primary. Raises `SpecError` for a limit that RDS does not take."""
    size = max(LEAST_GB, spec.storage_gb)
    if size > spec.storage_gb:
        pulumi.log.info(
            f"Postgres {scope.name!r}: storage_gb: {LEAST_GB} instead of {spec.storage_gb}, RDS has no smaller disk.",
            scope.parent,
        )
    limit = spec.max_storage_gb or 0
    if limit <= size:
        return {"allocated_storage": size}
    least = ceil(size * LEAST_LIMIT / 100)
    if limit < least:
        raise SpecError(
            f"Postgres {scope.name!r}: max_storage_gb: given {limit}; RDS lets a disk of {size} GiB grow to {least} or "
            "more. Give it that, or leave it out."
        )
    return {"allocated_storage": size, "max_allocated_storage": limit}


def _backups(scope: Scope, spec: PostgresSpec) -> dict[str, Any]:
    """RDS keeps the log with the backups, so any moment of the retention can be restored, asked for or not. Replicas
    are made from a backup: with them there is one, for a day at least."""
    if spec.backups is None:
        # Why not CKV_AWS_133: development and preview hold nothing that is not made again.
        return {"backup_retention_period": 1 if spec.read_replicas else 0}
    return {
        "backup_retention_period": spec.backups.retention_days,
        "delete_automated_backups": not scope.defaults.retain_data,
    }


def backup(spec: PostgresSpec) -> str:
    return (spec.backups or Backups()).window


def _leaving(scope: Scope) -> dict[str, Any]:
    name = snapshots.final_name(scope)
    return {"skip_final_snapshot": name is None, "final_snapshot_identifier": name}


def _about(scope: Scope) -> str:
    return f"Postgres {scope.name} of {scope.target.app} ({scope.environment})"

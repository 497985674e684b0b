"""The cluster of a DocumentStore, and its instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import docdb

from infra_kit.component import Scope
from infra_kit.components.document_store import DEFAULT_VERSION, DocumentStoreSpec, Version
from infra_kit.databases import Backups
from infra_kit.providers.aws import snapshots, windows
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.providers.aws.subnets import in_two_zones
from infra_kit.providers.common import documents
from infra_kit.providers.common.sizes import Size

ENGINES: Mapping[Version, str] = {"5": "5.0.0", "7": "8.0.0", "8": "8.0.0"}
"""By major version, the engine to run
(https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-engine-version-supportability.html)."""
MASTER = "infra_kit"
LAST_TIER = 15
"""Of an instance that takes over when there is no other."""


def cluster(
    scope: Scope,
    spec: DocumentStoreSpec,
    network: AwsNetwork,
    *,
    group: pulumi.Output[str],
    key: pulumi.Output[str] | None,
) -> docdb.Cluster:
    subnets = scope.resource(
        "subnets",
        docdb.SubnetGroup,
        subnet_ids=in_two_zones(scope, network, "DocumentDB"),
        description=_about(scope),
        tags=scope.tags,
    )
    return scope.resource(
        "cluster",
        docdb.Cluster,
        stateful=True,
        protect=None if spec.deletion_protection == scope.defaults.protect else spec.deletion_protection,
        engine="docdb",
        engine_version=ENGINES[spec.version or DEFAULT_VERSION],
        allow_major_version_upgrade=True,
        port=documents.PORT,
        master_username=MASTER,
        manage_master_user_password=True,
        db_subnet_group_name=subnets.name,
        db_cluster_parameter_group_name=_parameters(scope, spec).name,
        vpc_security_group_ids=[group],
        storage_encrypted=True,
        kms_key_id=key,
        # DocumentDB encrypts no cluster anew: with another key it would be another, empty one.
        ignore_changes=["kmsKeyId"],
        **_backups(scope, spec),
        enabled_cloudwatch_logs_exports=["audit", "profiler"],
        deletion_protection=spec.deletion_protection,
        apply_immediately=True,
        tags=scope.tags,
        **_leaving(scope, subnets),
    )


def instances(
    scope: Scope, spec: DocumentStoreSpec, cluster: docdb.Cluster, size: Size
) -> dict[str, docdb.ClusterInstance]:
    """By role: the first, the one that takes over from it, and those that read. They hold no data: the cluster does."""
    standby = {"standby": 1} if spec.high_availability else {}
    readers = {f"replica-{number}": LAST_TIER for number in range(1, spec.read_replicas + 1)}
    tiers = {"server": 0, **standby, **readers}
    return {role: _instance(scope, role, cluster, size, tier) for role, tier in tiers.items()}


def _instance(scope: Scope, role: str, cluster: docdb.Cluster, size: Size, tier: int) -> docdb.ClusterInstance:
    return scope.resource(
        role,
        docdb.ClusterInstance,
        cluster_identifier=cluster.id,
        instance_class=size.name,
        promotion_tier=tier,
        auto_minor_version_upgrade=True,
        copy_tags_to_snapshot=True,
        apply_immediately=True,
        tags=scope.tags,
    )


def _parameters(scope: Scope, spec: DocumentStoreSpec) -> docdb.ClusterParameterGroup:
    """Of another version's family another one. TLS is on by itself, and said so that nobody turns it off unseen."""
    values = {"tls": "enabled", "audit_logs": "enabled" if scope.defaults.monitoring else "disabled"}
    version = ENGINES[spec.version or DEFAULT_VERSION].removesuffix(".0")
    return scope.resource(
        "parameters",
        docdb.ClusterParameterGroup,
        family=f"docdb{version}",
        description=_about(scope),
        parameters=[{"name": name, "value": value} for name, value in values.items()],
        tags=scope.tags,
        ignore_changes=["description"],  # AWS changes none: a component that is renamed would get another group
    )


def _backups(scope: Scope, spec: DocumentStoreSpec) -> dict[str, Any]:
    backups = spec.backups or Backups(retention_days=scope.defaults.backup_days or 1)
    return {
        "backup_retention_period": backups.retention_days,
        "preferred_backup_window": backups.window,
        "preferred_maintenance_window": windows.maintenance(backups.window),
    }


def _leaving(scope: Scope, subnets: docdb.SubnetGroup) -> dict[str, Any]:
    name = snapshots.final_name(scope, subnets=subnets.name)
    return {"skip_final_snapshot": name is None, "final_snapshot_identifier": name}


def _about(scope: Scope) -> str:
    return f"DocumentStore {scope.name} of {scope.target.app} ({scope.environment})"

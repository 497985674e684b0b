"""What a change in place costs the users of what holds data, by input: downtime, why, and what cannot be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from infra_kit.becomes import is_lower


@dataclass(frozen=True)
class InPlace:
    """What a change in place costs its users."""

    downtime: tuple[int, int]
    """Seconds, from and to."""
    why: str
    source: str


_RDS, _CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"
_DOCUMENTS = "aws:docdb/cluster:Cluster"
_CLOUD_SQL, _MEMORYSTORE = "gcp:sql/databaseInstance:DatabaseInstance", "gcp:redis/instance:Instance"
_RDS_MODIFYING = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html"
_RDS_SETTINGS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html"
_RDS_UPGRADE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html"
_RDS_API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
_RDS_BACKUPS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html"
)
_RDS_PROMOTE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Promote.html"
_CACHE_SCALING = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Scaling.RedisReplGrps.ScaleUp.html"
_CACHE_VERSIONS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html"
_CACHE_PARAMETERS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html"
_CACHE_TLS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html"
_CLOUD_SQL_SETTINGS = "https://cloud.google.com/sql/docs/postgres/instance-settings"
_CLOUD_SQL_REPLICAS = "https://cloud.google.com/sql/docs/postgres/replication/manage-replicas"
_MEMORYSTORE_SCALING = "https://cloud.google.com/memorystore/docs/redis/scaling-instances"
_MEMORYSTORE_VERSIONS = "https://cloud.google.com/memorystore/docs/redis/upgrading-instance-version"
_MEMORYSTORE_CONFIGS = "https://cloud.google.com/memorystore/docs/redis/supported-redis-configurations"
_MEMORYSTORE_AUTH = "https://cloud.google.com/memorystore/docs/redis/about-redis-auth"
_MEMORYSTORE_READERS = "https://cloud.google.com/memorystore/docs/redis/about-read-replicas"
_DOCUMENTS_MODIFYING = "https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-modify.html"
_DOCUMENTS_UPGRADE = "https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-mvu.html"
_DOCKER = "https://docs.docker.com/reference/cli/docker/container/run/"

_IN_PLACE: Mapping[tuple[str, str], InPlace] = {
    (_RDS, "instanceClass"): InPlace(
        (60, 600), "it is restarted on another machine; with a standby it fails over, about a minute", _RDS_SETTINGS
    ),
    (_RDS, "engineVersion"): InPlace(
        (300, 1800), "it is restarted, and of a major version all is upgraded first", _RDS_UPGRADE
    ),
    (_RDS, "parameterGroupName"): InPlace((60, 300), "it is restarted", _RDS_SETTINGS),
    (_RDS, "backupRetentionPeriod"): InPlace((0, 300), "from and to no backups it is away for a while", _RDS_BACKUPS),
    (_RDS, "allocatedStorage"): InPlace((0, 0), "storage grows while it runs", _RDS_SETTINGS),
    (_RDS, "multiAz"): InPlace((0, 0), "the standby is made while it runs", _RDS_MODIFYING),
    (_RDS, "port"): InPlace((60, 300), "it is restarted, and listens elsewhere", _RDS_SETTINGS),
    (_RDS, "dbSubnetGroupName"): InPlace((60, 600), "it moves to other subnets, and is away meanwhile", _RDS_API),
    (_RDS, "replicateSourceDb"): InPlace((60, 300), "a replica becomes a server, and is restarted", _RDS_PROMOTE),
    (_RDS, "storageType"): InPlace(
        (0, 60), "storage changes while it runs; to and from magnetic disks it is away at first", _RDS_SETTINGS
    ),
    (_RDS, "password"): InPlace((0, 0), "connections stay, and new ones need the new password", _RDS_API),
    (_RDS, "manageMasterUserPassword"): InPlace((0, 0), "connections stay, and new ones need a password", _RDS_API),
    (_DOCUMENTS, "engineVersion"): InPlace(
        (300, 1800), "it is restarted, and of a major version all is upgraded first", _DOCUMENTS_UPGRADE
    ),
    (_DOCUMENTS, "dbClusterParameterGroupName"): InPlace(
        (0, 120), "its instances have to be restarted for it", _DOCUMENTS_MODIFYING
    ),
    (_DOCUMENTS, "manageMasterUserPassword"): InPlace(
        (0, 0), "connections stay, and new ones need a password", _DOCUMENTS_MODIFYING
    ),
    (_CACHE, "engineVersion"): InPlace(
        (1, 300), "with replicas another node takes over in seconds; a single one is away meanwhile", _CACHE_VERSIONS
    ),
    (_CACHE, "parameterGroupName"): InPlace((0, 0), "what can change while it runs does", _CACHE_PARAMETERS),
    (_CACHE, "transitEncryptionEnabled"): InPlace((0, 0), "it takes both kinds of clients meanwhile", _CACHE_TLS),
    (_CACHE, "nodeType"): InPlace(
        (1, 60), "it goes on while new nodes take over, and clients connect anew", _CACHE_SCALING
    ),
    (_CLOUD_SQL, "settings"): InPlace(
        (0, 300), "another machine or flag restarts it; storage, labels and windows do not", _CLOUD_SQL_SETTINGS
    ),
    (_CLOUD_SQL, "instanceType"): InPlace((60, 300), "a replica becomes a server of its own", _CLOUD_SQL_REPLICAS),
    (_CLOUD_SQL, "databaseVersion"): InPlace(
        (300, 1800), "it is stopped while all of it is upgraded", _CLOUD_SQL_SETTINGS
    ),
    (_MEMORYSTORE, "memorySizeGb"): InPlace(
        (0, 60), "of the standard tier it fails over; of the basic tier it is emptied", _MEMORYSTORE_SCALING
    ),
    (_MEMORYSTORE, "redisVersion"): InPlace(
        (1, 60), "of the standard tier it fails over; of the basic tier it is emptied", _MEMORYSTORE_VERSIONS
    ),
    (_MEMORYSTORE, "redisConfigs"): InPlace((0, 0), "its settings change while it runs", _MEMORYSTORE_CONFIGS),
    (_MEMORYSTORE, "authEnabled"): InPlace(
        (0, 0), "connections stay, and new ones need the password", _MEMORYSTORE_AUTH
    ),
    (_MEMORYSTORE, "readReplicasMode"): InPlace((0, 60), "clients may have to connect anew", _MEMORYSTORE_READERS),
    (_MEMORYSTORE, "secondaryIpRange"): InPlace((0, 60), "clients may have to connect anew", _MEMORYSTORE_READERS),
    (_MEMORYSTORE, "replicaCount"): InPlace((0, 60), "replicas come while it runs", _MEMORYSTORE_SCALING),
}

STAYS: Mapping[tuple[str, str], str] = {
    (_RDS, "allocatedStorage"): f"storage never shrinks ({_RDS_SETTINGS})",
    (_RDS, "engineVersion"): f"an older version cannot be had back ({_RDS_UPGRADE})",
    (_DOCUMENTS, "engineVersion"): f"an older version cannot be had back ({_DOCUMENTS_UPGRADE})",
    (_CLOUD_SQL, "databaseVersion"): (f"there is no older version after it ({_CLOUD_SQL_SETTINGS})"),
}
"""Inputs of which the service takes no lower value, each with why: the engine asks for it, and `up` fails."""


def is_left(type_token: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a lower value is asked of nobody: storage that may grow by itself is left as large as it is
    (`allocated_storage` of https://github.com/hashicorp/terraform-provider-aws, internal/service/rds/instance.go)."""
    if (type_token, key) != (_RDS, "allocatedStorage"):
        return False
    return is_lower(before.get(key), after.get(key)) and is_lower(after.get("maxAllocatedStorage"), after.get(key))


_SERVERS = "pulumi-python:dynamic/infra-kit:"
_CONTAINER = "docker:index/container:Container"
_RESTARTED = InPlace((1, 30), "it is made anew on the same data", _DOCKER)
_UNNOTICED = InPlace((0, 0), "its service goes on while it changes", "")
_HARMLESS: Mapping[str, tuple[str, frozenset[str]]] = {
    _RDS: (
        _RDS_API,
        frozenset(
            {
                "allowMajorVersionUpgrade", "applyImmediately", "autoMinorVersionUpgrade",
                "backupWindow", "copyTagsToSnapshot", "deleteAutomatedBackups", "deletionProtection",
                "enabledCloudwatchLogsExports", "finalSnapshotIdentifier", "iamDatabaseAuthenticationEnabled",
                "maintenanceWindow", "masterUserSecretKmsKeyId", "maxAllocatedStorage", "monitoringInterval",
                "monitoringRoleArn",
                "performanceInsightsEnabled", "performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod",
                "publiclyAccessible", "skipFinalSnapshot", "tags", "vpcSecurityGroupIds",
            }
        ),
    ),
    _DOCUMENTS: (
        _DOCUMENTS_MODIFYING,
        frozenset(
            {
                "allowMajorVersionUpgrade", "applyImmediately", "backupRetentionPeriod", "deletionProtection",
                "enabledCloudwatchLogsExports", "finalSnapshotIdentifier", "preferredBackupWindow",
                "preferredMaintenanceWindow", "skipFinalSnapshot", "tags", "vpcSecurityGroupIds",
            }
        ),
    ),
    _CACHE: (
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html",
        frozenset(
            {
                "applyImmediately", "automaticFailoverEnabled", "description", "finalSnapshotIdentifier",
                "logDeliveryConfigurations", "maintenanceWindow", "multiAzEnabled", "numCacheClusters",
                "securityGroupIds", "snapshotRetentionLimit", "snapshotWindow", "tags", "userGroupIds",
            }
        ),
    ),
    _CLOUD_SQL: (_CLOUD_SQL_SETTINGS, frozenset({"deletionProtection"})),
    _MEMORYSTORE: (
        "https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/patch",
        frozenset({"deletionProtection", "labels", "maintenancePolicy"}),
    ),
}  # fmt: skip
"""Servers, which have a process of their own that a change may restart (buckets, queues, keys and zones have none),
and their inputs whose change restarts none; with the vendor's page."""


def in_place(type_token: str, key: str) -> InPlace | None:
    """What the change of one input costs the users of what holds data; None where nobody here knows."""
    if is_server(type_token):
        return _RESTARTED if type_token == _CONTAINER else replace(_RESTARTED, source="")
    found = _IN_PLACE.get((type_token, key))
    page, harmless = _HARMLESS.get(type_token, ("", {key}))
    return found or (replace(_UNNOTICED, source=page) if key in harmless else None)


def is_server(type_token: str) -> bool:
    """Whether it is the process before data that lies elsewhere: a container, or a server of the local target."""
    return type_token == _CONTAINER or type_token.startswith(_SERVERS)

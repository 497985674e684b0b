"""Which resources hold data that no program can make again. The guard refuses to replace or delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _tokens(prefix: str, *names: str) -> frozenset[str]:
    return frozenset(prefix + name for name in names)


_STATEFUL: dict[str, frozenset[str]] = {
    "the local target's servers own their data folder (its CdnServer is a cache)": _tokens(
        "pulumi-python:dynamic/infra-kit:",
        "PostgresServer",
        "RedisServer",
        "ObjectStoreServer",
        "EventBusServer",
        "SearchServer",
        "DocumentStoreServer",
    ),
    "backups: their copies, or the key of them": _tokens("pulumi-python:dynamic/infra-kit:", "BackupServer")
    | _tokens("aws:", "backup/vault:Vault"),
    "logs: what is kept for years": _tokens("pulumi-python:dynamic/infra-kit:", "LogsServer"),
    "secrets: what one signed or encrypted is lost with it": _tokens("pulumi-python:dynamic/infra-kit:", "SecretFile"),
    "databases": _tokens("aws:rds/", "instance:Instance", "cluster:Cluster", "globalCluster:GlobalCluster")
    | _tokens("aws:", "dynamodb/table:Table", "dynamodb/globalTable:GlobalTable", "docdb/cluster:Cluster")
    | _tokens("gcp:sql/", "databaseInstance:DatabaseInstance", "database:Database")
    | _tokens("gcp:", "alloydb/cluster:Cluster", "bigtable/instance:Instance", "firestore/database:Database")
    | _tokens("gcp:spanner/", "instance:Instance", "database:Database"),
    "caches that may persist: sessions, queues and locks are kept in them": _tokens(
        "aws:elasticache/",
        "cluster:Cluster",
        "replicationGroup:ReplicationGroup",
        "globalReplicationGroup:GlobalReplicationGroup",
        "serverlessCache:ServerlessCache",
    )
    | _tokens("aws:", "memorydb/cluster:Cluster")
    | _tokens("gcp:", "redis/instance:Instance", "redis/cluster:Cluster", "memorystore/instance:Instance"),
    "indexes": _tokens("aws:", "opensearch/domain:Domain", "elasticsearch/domain:Domain"),
    "buckets": _tokens("aws:s3/", "bucket:Bucket", "bucketV2:BucketV2", "directoryBucket:DirectoryBucket")
    | _tokens("gcp:", "storage/bucket:Bucket", "bigquery/dataset:Dataset")
    | _tokens("cloudflare:index/", "r2Bucket:R2Bucket"),
    "queues, streams and archives of events: what is in them has not been worked off": _tokens(
        "aws:", "sqs/queue:Queue", "kinesis/stream:Stream", "cloudwatch/eventArchive:EventArchive"
    )
    | _tokens("gcp:pubsub/", "topic:Topic", "subscription:Subscription"),
    "buses: another one has other archives": _tokens("aws:", "cloudwatch/eventBus:EventBus"),
    "volumes and file systems": _tokens("aws:", "ebs/volume:Volume", "efs/fileSystem:FileSystem")
    | _tokens("gcp:", "compute/disk:Disk", "compute/regionDisk:RegionDisk", "filestore/instance:Instance")
    | _tokens("docker:", "index/volume:Volume"),
    "keys: what they encrypted is lost with them": _tokens("aws:", "kms/key:Key")
    | _tokens("gcp:kms/", "keyRing:KeyRing", "cryptoKey:CryptoKey"),
    "locks: without it, what it keeps can be deleted": _tokens(
        "aws:", "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    ),
    "zones: another one has other name servers, and the domain is off the net until they are set": _tokens(
        "aws:", "route53/zone:Zone"
    )
    | _tokens("gcp:", "dns/managedZone:ManagedZone")
    | _tokens("cloudflare:index/", "zone:Zone"),
    "user accounts": _tokens("aws:", "cognito/userPool:UserPool")
    | _tokens("pulumi-python:dynamic/infra-kit:", "AuthServer"),
}

_COPIES = {
    "aws:rds/instance:Instance": "replicateSourceDb",
    "gcp:sql/databaseInstance:DatabaseInstance": "masterInstanceName",
}
"""The input that makes a resource of this type a replica: its data is another one's, and comes from there again."""


_VOLUME = "docker:index/volume:Volume"
SCRATCH = "infra-kit-scratch"
"""The label of a volume of Docker's that holds nothing for long."""

_IF_IT_HAS = {
    **{
        f"pulumi-python:dynamic/infra-kit:{server}": "volumes"
        for server in ("ServiceServer", "WorkerServer", "JobServer")
    },
    # Without, it is a workload's own log.
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": "description",
    # Without, it is a copy that a workload reads: see stored_secrets.py of aws and gcp.
    "aws:secretsmanager/secret:Secret": "tags.infra-kit",
    "gcp:secretmanager/secret:Secret": "annotations.infra-kit",
    # Without, it is a password of ours, or one that is rotated: see providers/common/rotation.py.
    "random:index/randomPassword:RandomPassword": "keepers.infra-kit",
}
"""The input without which a resource of this type holds no data, with a key of it after a dot."""


def is_stateful(type_token: str, inputs: Mapping[str, Any] | None = None) -> bool:
    """Whether a resource holds data of its own.

    Args:
        type_token: its type, e.g. `aws:rds/instance:Instance`. Unknown types hold none.
        inputs: what it was made of, as the engine names it (`replicateSourceDb`), if known: tells a replica, which
            holds none of its own, where it shares its type with the primary.
    """
    if type_token == _VOLUME and _is_scratch(inputs or {}):
        return False
    source = _COPIES.get(type_token)
    is_copy = source is not None and bool((inputs or {}).get(source))
    if type_token in _IF_IT_HAS:
        name, _, key = _IF_IT_HAS[type_token].partition(".")
        found = (inputs or {}).get(name)
        return bool(found and (not key or key in found))
    return not is_copy and any(type_token in tokens for tokens in _STATEFUL.values())


def _is_scratch(volume: Mapping[str, Any]) -> bool:
    """In memory, or what a drill restores into and removes."""
    labels = {it.get("label") for it in volume.get("labels") or ()}
    return (volume.get("driverOpts") or {}).get("type") == "tmpfs" or SCRATCH in labels

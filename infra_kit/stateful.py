"""Which resources hold data that no program can make again. The guard refuses to replace or delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _tokens(prefix: str, *names: str) -> frozenset[str]:
    return frozenset(prefix + name for name in names)


_STATEFUL: dict[str, frozenset[str]] = {
    "the local target's servers own their data folder (its CdnServer is a cache)": _tokens(
        "pulumi-python:dynamic/infra-kit:", "PostgresServer", "RedisServer", "ObjectStoreServer", "EventBusServer"
    ),
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
    "buckets": _tokens("aws:s3/", "bucket:Bucket", "bucketV2:BucketV2", "directoryBucket:DirectoryBucket")
    | _tokens("gcp:", "storage/bucket:Bucket", "bigquery/dataset:Dataset"),
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
    "backups": _tokens("aws:", "backup/vault:Vault"),
    "user accounts": _tokens("aws:", "cognito/userPool:UserPool"),
}


_COPIES = {
    "aws:rds/instance:Instance": "replicateSourceDb",
    "gcp:sql/databaseInstance:DatabaseInstance": "masterInstanceName",
}
"""The input that makes a resource of this type a replica: its data is another one's, and comes from there again."""


def is_stateful(type_token: str, inputs: Mapping[str, Any] | None = None) -> bool:
    """Whether a resource holds data of its own.

    Args:
        type_token: its type, e.g. `aws:rds/instance:Instance`. Unknown types hold none.
        inputs: what it was made of, as the engine names it (`replicateSourceDb`), if known: tells a replica, which
            holds none of its own, where it shares its type with the primary.
    """
    source = _COPIES.get(type_token)
    is_copy = source is not None and bool((inputs or {}).get(source))
    return not is_copy and any(type_token in tokens for tokens in _STATEFUL.values())

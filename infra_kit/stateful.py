"""Which resources hold data that no program can make again. The guard refuses to replace or delete them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import recorded_replacements


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
    | _tokens("aws:dynamodb/", "table:Table", "globalTable:GlobalTable")
    | _tokens("aws:docdb/", "cluster:Cluster", "globalCluster:GlobalCluster", "elasticCluster:ElasticCluster")
    | _tokens("aws:neptune/", "cluster:Cluster", "globalCluster:GlobalCluster")
    | _tokens("aws:keyspaces/", "keyspace:Keyspace", "table:Table")
    | _tokens("aws:timestreamwrite/", "database:Database", "table:Table")
    | _tokens("aws:timestreaminfluxdb/", "dbCluster:DbCluster", "dbInstance:DbInstance")
    | _tokens("aws:", "neptunegraph/graph:Graph", "dsql/cluster:Cluster", "qldb/ledger:Ledger")
    | _tokens("aws:", "lightsail/database:Database")
    | _tokens("gcp:sql/", "databaseInstance:DatabaseInstance", "database:Database")
    | _tokens("gcp:bigtable/", "instance:Instance", "table:Table")
    | _tokens("gcp:", "alloydb/cluster:Cluster", "firestore/database:Database")
    | _tokens("gcp:", "firebase/databaseInstance:DatabaseInstance")
    | _tokens("gcp:oracledatabase/", "autonomousDatabase:AutonomousDatabase", "dbSystem:DbSystem")
    | _tokens("gcp:spanner/", "instance:Instance", "database:Database")
    | _tokens("cloudflare:index/", "d1Database:D1Database", "workersKvNamespace:WorkersKvNamespace")
    | _tokens("mongodbatlas:index/", "cluster:Cluster", "advancedCluster:AdvancedCluster")
    | _tokens("mongodbatlas:index/", "flexCluster:FlexCluster", "serverlessInstance:ServerlessInstance")
    | _tokens("digitalocean:index/", "databaseCluster:DatabaseCluster", "databaseDb:DatabaseDb"),
    "warehouses": _tokens("aws:", "redshift/cluster:Cluster", "redshiftserverless/namespace:Namespace")
    | _tokens("gcp:bigquery/", "dataset:Dataset", "table:Table"),
    "caches that may persist: sessions, queues and locks are kept in them": _tokens(
        "aws:elasticache/",
        "cluster:Cluster",
        "replicationGroup:ReplicationGroup",
        "globalReplicationGroup:GlobalReplicationGroup",
        "serverlessCache:ServerlessCache",
    )
    | _tokens("aws:memorydb/", "cluster:Cluster", "multiRegionCluster:MultiRegionCluster")
    | _tokens("gcp:", "redis/instance:Instance", "redis/cluster:Cluster", "memorystore/instance:Instance"),
    "indexes": _tokens("aws:", "opensearch/domain:Domain", "elasticsearch/domain:Domain")
    | _tokens("aws:opensearch/", "serverlessCollection:ServerlessCollection"),
    "buckets": _tokens("aws:s3/", "bucket:Bucket", "bucketV2:BucketV2", "directoryBucket:DirectoryBucket")
    | _tokens("aws:s3tables/", "tableBucket:TableBucket", "table:Table")
    | _tokens("aws:", "s3control/bucket:Bucket", "lightsail/bucket:Bucket", "glacier/vault:Vault")
    | _tokens("gcp:", "storage/bucket:Bucket")
    | _tokens("cloudflare:index/", "r2Bucket:R2Bucket")
    | _tokens("digitalocean:index/", "spacesBucket:SpacesBucket"),
    "queues, streams and archives of events: what is in them has not been worked off": _tokens(
        "aws:", "sqs/queue:Queue", "kinesis/stream:Stream", "cloudwatch/eventArchive:EventArchive"
    )
    | _tokens("aws:msk/", "cluster:Cluster", "serverlessCluster:ServerlessCluster", "topic:Topic")
    | _tokens("aws:", "mq/broker:Broker")
    | _tokens("gcp:pubsub/", "topic:Topic", "subscription:Subscription")
    | _tokens("gcp:managedkafka/", "cluster:Cluster", "topic:Topic")
    | _tokens("cloudflare:index/", "queue:Queue"),
    "buses: another one has other archives": _tokens("aws:", "cloudwatch/eventBus:EventBus"),
    "volumes and file systems": _tokens("aws:", "ebs/volume:Volume", "efs/fileSystem:FileSystem", "lightsail/disk:Disk")
    | _tokens("aws:fsx/", "lustreFileSystem:LustreFileSystem", "windowsFileSystem:WindowsFileSystem")
    | _tokens("aws:fsx/", "ontapFileSystem:OntapFileSystem", "ontapVolume:OntapVolume")
    | _tokens("aws:fsx/", "openZfsFileSystem:OpenZfsFileSystem", "openZfsVolume:OpenZfsVolume")
    | _tokens("gcp:", "compute/disk:Disk", "compute/regionDisk:RegionDisk", "filestore/instance:Instance")
    | _tokens("gcp:", "netapp/volume:Volume", "lustre/instance:Instance")
    | _tokens("docker:", "index/volume:Volume")
    | _tokens("hcloud:", "index/volume:Volume")
    | _tokens("digitalocean:", "index/volume:Volume")
    | _tokens("kubernetes:core/v1:", "PersistentVolumeClaim", "PersistentVolume"),
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
    "gcp:bigquery/table:Table": "view",
}
"""The input that makes a resource of this type a replica or a view: its data is another one's, and comes from there
again."""


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
        type_token: its type, e.g. `aws:rds/instance:Instance`. Of those that are not known (`is_known`): no.
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


_HARMLESS = ("pulumi:", "infra-kit:", "pulumi-python:dynamic/infra-kit:", "command:", "random:", "tls:")
"""What the types begin with of which none holds data, but for those in the tables."""
_NOT_ASKED = _tokens(
    "cloudflare:index/",
    *("accountToken:AccountToken", "dnsRecord:DnsRecord", "r2Bucket:R2Bucket", "r2BucketCors:R2BucketCors"),
    *("r2BucketLifecycle:R2BucketLifecycle", "zone:Zone"),
) | _tokens("gcp:", "projects/serviceIdentity:ServiceIdentity")
"""What our drivers make, and of which no provider has said what replaces it (`recorded_replacements`)."""


def is_made_here(type_token: str) -> bool:
    """Whether our drivers make resources of a type, or it is of a package that makes nothing which could matter."""
    recorded = bool(recorded_replacements.of(type_token))
    return recorded or type_token in _NOT_ASKED or type_token.startswith(_HARMLESS)


def is_known(type_token: str) -> bool:
    """Whether it is known here if resources of a type hold data."""
    return is_made_here(type_token) or type_token in tokens()


def tokens() -> frozenset[str]:
    """The types that hold data, and those that may."""
    return frozenset().union(_IF_IT_HAS, *_STATEFUL.values())


_KEEPS_COPIES = {"aws:rds/instance:Instance": "backupRetentionPeriod"}
"""By type, for how many days its service keeps copies of the data by itself."""


def ends_copies(type_token: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a change in place deletes, at once, every copy that a service keeps by itself: 0 days do
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.Disabling.html)."""
    key = _KEEPS_COPIES.get(type_token, "")
    return bool(before.get(key)) and after.get(key) == 0


def _is_scratch(volume: Mapping[str, Any]) -> bool:
    """In memory, or what a drill restores into and removes."""
    labels = {it.get("label") for it in volume.get("labels") or ()}
    return (volume.get("driverOpts") or {}).get("type") == "tmpfs" or SCRATCH in labels

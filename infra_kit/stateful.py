"""Which resources hold data that no program can make again. The guard refuses to replace or delete them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def _tokens(prefix: str, *names: str) -> frozenset[str]:
    return frozenset(prefix + name for name in names)


_STATEFUL: dict[str, frozenset[str]] = {
    "the local target's servers own their data folder (its CdnServer is a cache)": _tokens(
        "pulumi-python:dynamic/infra-kit:", "PostgresServer", "RedisServer", "ObjectStoreServer", "EventBusServer"
    ),
    "secrets: what a generated one signed or encrypted is lost with it": _tokens(
        "pulumi-python:dynamic/infra-kit:", "SecretFile"
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
    "locks: without it, what it keeps can be deleted": _tokens(
        "aws:", "s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    ),
    "zones: another one has other name servers, and the domain is off the net until they are set": _tokens(
        "aws:", "route53/zone:Zone"
    )
    | _tokens("gcp:", "dns/managedZone:ManagedZone"),
    "backups": _tokens("aws:", "backup/vault:Vault"),
    "user accounts": _tokens("aws:", "cognito/userPool:UserPool"),
}


_COPIES = {
    "aws:rds/instance:Instance": "replicateSourceDb",
    "gcp:sql/databaseInstance:DatabaseInstance": "masterInstanceName",
}
"""The input that makes a resource of this type a replica: its data is another one's, and comes from there again."""


_VOLUME = "docker:index/volume:Volume"
"""One in memory holds nothing that lasts."""

_IF_IT_HAS = {
    **{
        f"pulumi-python:dynamic/infra-kit:{server}": "volumes"
        for server in ("ServiceServer", "WorkerServer", "JobServer")
    },
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
    if type_token == _VOLUME and (inputs or {}).get("driverOpts", {}).get("type") == "tmpfs":
        return False
    source = _COPIES.get(type_token)
    is_copy = source is not None and bool((inputs or {}).get(source))
    if type_token in _IF_IT_HAS:
        name, _, key = _IF_IT_HAS[type_token].partition(".")
        found = (inputs or {}).get(name)
        return bool(found and (not key or key in found))
    return not is_copy and any(type_token in tokens for tokens in _STATEFUL.values())


_RENEWED_BY = {"random:index/randomPassword:RandomPassword": frozenset({"keepers"})}
"""By type, the inputs that are there to have it made anew."""


def is_renewed(type_token: str, changed: Collection[str]) -> bool:
    """Whether a resource is replaced because the user wants another one, e.g. a secret with a `rotation`.

    Args:
        type_token: its type.
        changed: the inputs that replace it, as the engine names them (`keepers`, or a part of it: `keepers.since`).
    """
    wanted = _RENEWED_BY.get(type_token, frozenset())
    return bool(changed) and {key.partition(".")[0] for key in changed} <= wanted


_EFS = "https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html"
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
_ELASTICACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"
_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
_EVENTBRIDGE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/"
_AWS_KMS = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html"
_RANDOM = "https://www.pulumi.com/registry/packages/random/api-docs/randompassword/"
_CLOUD_SQL = "https://cloud.google.com/sql/docs/postgres/instance-settings"
_CLOUD_SQL_KEYS = "https://cloud.google.com/sql/docs/postgres/configure-cmek"
_MEMORYSTORE = "https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/patch"
_CLOUD_STORAGE = "https://cloud.google.com/storage/docs/json_api/v1/buckets"
_TOPICS = "https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics"
_SUBSCRIPTIONS = "https://cloud.google.com/pubsub/docs/subscription-properties"
_KEPT = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets"
_KMS = "https://cloud.google.com/kms/docs/resource-hierarchy"
_ROUTE_53 = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
_CLOUD_DNS = "https://cloud.google.com/dns/docs/reference/rest/v1/managedZones"
_VOLUMES = "https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Volume"

_REPLACED_BY: dict[str, dict[str, frozenset[str]]] = {
    "aws:efs/fileSystem:FileSystem": {
        _EFS: frozenset({"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"}),
    },
    "aws:rds/instance:Instance": {
        _RDS: frozenset(
            {
                "availabilityZone", "backupTarget", "characterSetName", "customIamInstanceProfile", "dbName", "engine",
                "kmsKeyId", "ncharCharacterSetName", "snapshotIdentifier", "storageEncrypted", "timezone", "username",
            }
        ),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        _ELASTICACHE: frozenset(
            {
                "atRestEncryptionEnabled", "dataTieringEnabled", "kmsKeyId", "networkType", "port",
                "replicationGroupId", "snapshotArns", "snapshotName", "subnetGroupName",
            }
        ),
    },
    "aws:s3/bucket:Bucket": {_S3: frozenset({"bucket", "objectLockEnabled"})},
    "aws:sqs/queue:Queue": {_SQS: frozenset({"fifoQueue", "name"})},
    "aws:cloudwatch/eventBus:EventBus": {_EVENTBRIDGE + "API_UpdateEventBus.html": frozenset({"name"})},
    "aws:cloudwatch/eventArchive:EventArchive": {
        _EVENTBRIDGE + "API_UpdateArchive.html": frozenset({"eventSourceArn", "name"}),
    },
    "aws:kms/key:Key": {
        _AWS_KMS: frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"}),
    },
    "aws:secretsmanager/secret:Secret": {_SECRETS: frozenset({"name", "namePrefix"})},
    "random:index/randomPassword:RandomPassword": {_RANDOM: frozenset({"length", "special"})},
    "aws:route53/zone:Zone": {_ROUTE_53: frozenset({"delegationSetId", "name"})},
    "gcp:dns/managedZone:ManagedZone": {
        _CLOUD_DNS: frozenset({"dnsName", "name", "project", "reverseLookup", "visibility"}),
    },
    "docker:index/volume:Volume": {_VOLUMES: frozenset({"driver", "driverOpts", "labels", "name"})},
    "gcp:sql/databaseInstance:DatabaseInstance": {
        _CLOUD_SQL: frozenset({"masterInstanceName", "name", "project", "region"}),
        _CLOUD_SQL_KEYS: frozenset({"encryptionKeyName"}),
    },
    "gcp:sql/database:Database": {_CLOUD_SQL: frozenset({"instance", "name", "project"})},
    "gcp:redis/instance:Instance": {
        _MEMORYSTORE: frozenset(
            {
                "alternativeLocationId", "authorizedNetwork", "connectMode", "customerManagedKey", "locationId", "name",
                "project", "region", "reservedIpRange", "tier", "transitEncryptionMode",
            }
        ),
    },
    "gcp:storage/bucket:Bucket": {
        _CLOUD_STORAGE: frozenset(
            {"customPlacementConfig", "enableObjectRetention", "hierarchicalNamespace", "location", "name", "project"}
        ),
    },
    "gcp:pubsub/topic:Topic": {_TOPICS: frozenset({"name", "project", "tags"})},
    "gcp:pubsub/subscription:Subscription": {
        _SUBSCRIPTIONS: frozenset({"enableMessageOrdering", "filter", "name", "project", "tags", "topic"}),
    },
    "gcp:secretmanager/secret:Secret": {
        _KEPT: frozenset({"project", "replication", "secretId", "secretType"}),
    },
    "gcp:kms/keyRing:KeyRing": {_KMS: frozenset({"location", "name", "project"})},
    "gcp:kms/cryptoKey:CryptoKey": {
        _KMS: frozenset({"cryptoKeyBackend", "destroyScheduledDuration", "importOnly", "keyRing", "name", "purpose"}),
    },
}  # fmt: skip
"""By type, the inputs that its service cannot change, so that the engine replaces the resource: by the vendor's page
that says what can be changed, or what cannot."""


def is_known(type_token: str) -> bool:
    """Whether the table says of a stateful type what replaces it. The local target's servers are never replaced."""
    return type_token in _REPLACED_BY or type_token.startswith("pulumi-python:dynamic/infra-kit:")


def replaced_by(type_token: str) -> Mapping[str, str]:
    """The inputs of a stateful type whose change replaces the resource, each with the vendor's page about it.

    Inputs are named as the engine names them (`kmsKeyId`). Of a type that is not in the table, nothing is known.
    """
    rows = _REPLACED_BY.get(type_token, {})
    return {key: page for page, inputs in rows.items() for key in inputs}

"""Which inputs replace a resource: a service cannot change them, so the engine makes another one.

For what holds data by a table, each row with the vendor's page, which is held against what the providers themselves
say; for all else that our drivers make by what the providers say alone (`recorded_replacements.csv`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from infra_kit import becomes, recorded_replacements

_COMMAND = "https://www.pulumi.com/registry/packages/command/api-docs/"
_SUBNETS = "https://cloud.google.com/vpc/docs/create-modify-vpc-networks#expand-subnet"
_EFS = "https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html"
_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"
_DOCUMENTDB = "https://docs.aws.amazon.com/documentdb/latest/developerguide/API_ModifyDBCluster.html"
_ELASTICACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html"
_ELASTICACHE_VERSIONS = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.html"
_OPENSEARCH = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/configuration-api.html"
_OPENSEARCH_VPC = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"
_OBJECT_LOCK = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html"
_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"
_EVENTBRIDGE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/"
_AWS_KMS = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"
_COGNITO = "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html"
_VAULTS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html"
_EBS = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html"
_RANDOM = "https://www.pulumi.com/registry/packages/random/api-docs/randompassword/"
_CLOUD_SQL = "https://cloud.google.com/sql/docs/postgres/instance-settings"
_CLOUD_SQL_KEYS = "https://cloud.google.com/sql/docs/postgres/configure-cmek"
_MEMORYSTORE = "https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/patch"
_MEMORYSTORE_VERSIONS = "https://cloud.google.com/memorystore/docs/redis/upgrading-instance-version"
_CLOUD_STORAGE = "https://cloud.google.com/storage/docs/json_api/v1/buckets"
_BUCKET_LOCK = "https://cloud.google.com/storage/docs/bucket-lock"
_KEYS = "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys"
_DISKS = "https://cloud.google.com/compute/docs/disks/modify-persistent-disk"
_TOPICS = "https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics"
_SUBSCRIPTIONS = "https://cloud.google.com/pubsub/docs/subscription-properties"
_KEPT = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets"
_KMS = "https://cloud.google.com/kms/docs/resource-hierarchy"
_ROUTE_53 = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
_CLOUD_DNS = "https://cloud.google.com/dns/docs/reference/rest/v1/managedZones"
_R2 = "https://developers.cloudflare.com/api/resources/r2/subresources/buckets/methods/edit/"
_ZONES = "https://developers.cloudflare.com/api/resources/zones/methods/edit/"
_VOLUMES = "https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Volume"


_REPLACED_BY: dict[str, dict[str, frozenset[str]]] = {
    "aws:efs/fileSystem:FileSystem": {
        _EFS: frozenset({"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"}),
    },
    "aws:ebs/volume:Volume": {
        _EBS: frozenset(
            {"availabilityZone", "encrypted", "kmsKeyId", "multiAttachEnabled", "outpostArn", "snapshotId"}
        ),
    },
    "aws:cognito/userPool:UserPool": {
        _COGNITO: frozenset({"aliasAttributes", "name", "usernameAttributes", "usernameConfiguration"}),
    },
    "aws:rds/instance:Instance": {
        _RDS: frozenset(
            {
                "availabilityZone", "backupTarget", "characterSetName", "customIamInstanceProfile", "dbName", "engine",
                "kmsKeyId", "ncharCharacterSetName", "s3Import", "storageEncrypted", "timezone", "username",
            }
        ),
    },
    "aws:docdb/cluster:Cluster": {
        _DOCUMENTDB: frozenset(
            {
                "availabilityZones", "clusterIdentifier", "clusterIdentifierPrefix", "dbSubnetGroupName", "engine",
                "kmsKeyId", "masterUsername", "port", "restoreToPointInTime", "snapshotIdentifier", "storageEncrypted",
            }
        ),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        _ELASTICACHE: frozenset(
            {
                "atRestEncryptionEnabled", "dataTieringEnabled", "globalReplicationGroupId", "kmsKeyId", "networkType",
                "port", "replicationGroupId", "securityGroupNames", "snapshotArns", "snapshotName", "subnetGroupName",
            }
        ),
    },
    "aws:opensearch/domain:Domain": {_OPENSEARCH: frozenset({"domainName", "encryptAtRest", "nodeToNodeEncryption"})},
    "aws:s3/bucket:Bucket": {_S3: frozenset({"bucket", "bucketNamespace", "bucketPrefix", "objectLockEnabled"})},
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
        _OBJECT_LOCK: frozenset({"bucket", "expectedBucketOwner", "objectLockEnabled"}),
    },
    "aws:sqs/queue:Queue": {_SQS: frozenset({"fifoQueue", "name", "namePrefix"})},
    "aws:cloudwatch/eventBus:EventBus": {
        _EVENTBRIDGE + "API_UpdateEventBus.html": frozenset({"eventSourceName", "name"}),
    },
    "aws:cloudwatch/eventArchive:EventArchive": {
        _EVENTBRIDGE + "API_UpdateArchive.html": frozenset({"eventSourceArn", "name"}),
    },
    "aws:kms/key:Key": {
        _AWS_KMS: frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"}),
    },
    "aws:backup/vault:Vault": {_VAULTS: frozenset({"kmsKeyArn", "name"})},
    "aws:secretsmanager/secret:Secret": {_SECRETS: frozenset({"name", "namePrefix", "type"})},
    "random:index/randomPassword:RandomPassword": {
        _RANDOM: frozenset(
            {
                "keepers", "length", "lower", "minLower", "minNumeric", "minSpecial", "minUpper", "number", "numeric",
                "overrideSpecial", "special", "upper",
            }
        ),
    },
    "aws:route53/zone:Zone": {_ROUTE_53: frozenset({"delegationSetId", "name"})},
    "gcp:dns/managedZone:ManagedZone": {
        _CLOUD_DNS: frozenset({"dnsName", "name", "project", "reverseLookup", "visibility"}),
    },
    "cloudflare:index/r2Bucket:R2Bucket": {_R2: frozenset({"accountId", "jurisdiction", "name"})},
    "cloudflare:index/zone:Zone": {_ZONES: frozenset({"account", "name"})},
    "docker:index/volume:Volume": {_VOLUMES: frozenset({"cluster", "driver", "driverOpts", "labels", "name"})},
    "gcp:sql/databaseInstance:DatabaseInstance": {
        _CLOUD_SQL: frozenset({"masterInstanceName", "name", "project", "region", "replicaConfiguration"}),
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
    "gcp:compute/disk:Disk": {
        _DISKS: frozenset(
            {
                "architecture", "asyncPrimaryDisk", "description", "diskEncryptionKey", "enableConfidentialCompute",
                "guestOsFeatures", "image", "licenses", "name", "params", "physicalBlockSizeBytes", "project",
                "provisionedIops", "snapshot", "sourceDisk", "sourceImageEncryptionKey", "sourceInstantSnapshot",
                "sourceSnapshotEncryptionKey", "sourceStorageObject", "storagePool", "type", "zone",
            }
        ),
    },
    "gcp:pubsub/topic:Topic": {_TOPICS: frozenset({"name", "project", "tags"})},
    "gcp:pubsub/subscription:Subscription": {
        _SUBSCRIPTIONS: frozenset({"enableMessageOrdering", "filter", "name", "project", "tags", "topic"}),
    },
    "gcp:secretmanager/secret:Secret": {
        _KEPT: frozenset({"project", "secretId", "secretType", "tags"}),
    },
    "gcp:kms/keyRing:KeyRing": {_KMS: frozenset({"location", "name", "project"})},
    "gcp:kms/cryptoKey:CryptoKey": {
        _KMS: frozenset({"cryptoKeyBackend", "destroyScheduledDuration", "importOnly", "keyRing", "name", "purpose"}),
    },
}  # fmt: skip
"""By type, the inputs that its service cannot change, so that the engine replaces the resource: by the vendor's page
that says what can be changed, or what cannot."""


_ON_ONES_OWN: Mapping[str, frozenset[str]] = {
    "command:local:Command": frozenset({"triggers"}),
    "command:remote:Command": frozenset({"triggers"}),
    "command:remote:CopyToRemote": frozenset({"triggers"}),
}
"""By type of a provider that Pulumi wrote itself, the inputs that are there to have it made anew."""


def is_known(type_token: str) -> bool:
    """Whether the table says of a stateful type what replaces it. The local target's servers are never replaced."""
    return type_token in _REPLACED_BY or type_token.startswith("pulumi-python:dynamic/infra-kit:")


_REPLACED_IF: dict[str, dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "aws:rds/instance:Instance": {
        "restoreToPointInTime": (becomes.appears_or_goes, _RDS),
        "snapshotIdentifier": (becomes.is_another, _RDS),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "engine": (becomes.leaves_valkey, _ELASTICACHE_VERSIONS),
        "engineVersion": (becomes.is_lower, _ELASTICACHE_VERSIONS),
    },
    "aws:opensearch/domain:Domain": {"vpcOptions": (becomes.appears_or_goes, _OPENSEARCH_VPC)},
    "aws:s3/bucket:Bucket": {"objectLockConfiguration": (becomes.appears, _S3)},
    "gcp:sql/databaseInstance:DatabaseInstance": {"settings": (becomes.is_another_server, _CLOUD_SQL)},
    "gcp:compute/disk:Disk": {"size": (becomes.is_lower, _DISKS)},
    "gcp:redis/instance:Instance": {"redisVersion": (becomes.is_lower_and_known, _MEMORYSTORE_VERSIONS)},
    "gcp:storage/bucket:Bucket": {"retentionPolicy": (becomes.is_unlocked, _BUCKET_LOCK)},
    "gcp:secretmanager/secret:Secret": {"replication": (becomes.is_kept_elsewhere, _KEPT)},
    "gcp:kms/cryptoKey:CryptoKey": {"versionTemplate": (becomes.is_protected_otherwise, _KEYS)},
}
"""By type, the inputs that replace the resource only by what they become, given what they were; with the vendor's
page."""

AT_TIMES: Mapping[str, frozenset[str]] = {token: frozenset(rows) for token, rows in _REPLACED_IF.items()}
"""By type, the inputs that replace the resource by what they become, and change in place the other way: a disk that
grows is the same one, and a smaller one another."""


def replaced_by(
    type_token: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> Mapping[str, str]:
    """The inputs of a stateful type whose change replaces the resource, each with the vendor's page about it.

    Inputs are named as the engine names them (`kmsKeyId`). Of a type that is not in the table, nothing is known.

    Args:
        type_token: the type.
        before, after: the inputs that it had and is to have: an input whose change replaces it only at times (a lower
            `engineVersion`) is among them if it does so here.
    """
    rows = _REPLACED_BY.get(type_token, {})
    old, new = before or {}, after or {}
    at_times = {
        key: page
        for key, (replaces, page) in _REPLACED_IF.get(type_token, {}).items()
        if replaces(old.get(key), new.get(key))
    }
    return {key: page for page, inputs in rows.items() for key in inputs} | at_times


_BY_VALUE: Mapping[tuple[str, str], tuple[Callable[[Any, Any], bool], str]] = {
    ("gcp:compute/subnetwork:Subnetwork", "ipCidrRange"): (becomes.is_no_larger_range, _SUBNETS),
}
"""What holds no data: inputs that replace it only by what they become, which one recorded answer cannot say."""


def why_replaced(type_token: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """What says that a change of one input replaces a resource of any type.

    Args:
        type_token: the type.
        key: the input that differs, as the engine names it.
        before, after: all inputs that it had and is to have.

    Returns:
        A page: the vendor's, or the provider's code, which was asked. Empty: it is changed in place. None: not known.
    """
    if is_known(type_token):
        return replaced_by(type_token, before, after).get(key, "")
    if type_token in _ON_ONES_OWN:
        return _COMMAND if key in _ON_ONES_OWN[type_token] else ""
    old, new = before.get(key), after.get(key)
    if (type_token, key) in _BY_VALUE:
        replaces, page = _BY_VALUE[type_token, key]
        return page if replaces(old, new) else ""
    answer = recorded_replacements.replaces(type_token, key, old, new)
    return recorded_replacements.of(type_token)[key].source() if answer else None if answer is None else ""

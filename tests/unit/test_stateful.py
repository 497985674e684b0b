from __future__ import annotations

from typing import Any

import pytest

from infra_kit.stateful import is_stateful, replaced_by


@pytest.mark.parametrize(
    "token",
    [
        "pulumi-python:dynamic/infra-kit:PostgresServer",
        "pulumi-python:dynamic/infra-kit:EventBusServer",
        "aws:rds/instance:Instance",
        "aws:s3/bucket:Bucket",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:kms/key:Key",
        "aws:route53/zone:Zone",
        "gcp:dns/managedZone:ManagedZone",
        "aws:cloudwatch/eventBus:EventBus",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:storage/bucket:Bucket",
        "gcp:pubsub/subscription:Subscription",
        "docker:index/volume:Volume",
    ],
)
def test_what_holds_data_is_stateful(token: str) -> None:
    assert is_stateful(token)


@pytest.mark.parametrize(
    "token",
    [
        "pulumi-python:dynamic/infra-kit:CdnServer",
        "pulumi-python:dynamic/infra-kit:PostgresReplica",
        "pulumi-python:dynamic/infra-kit:RedisReplica",
        "infra-kit:index:Postgres",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:s3/bucketPolicy:BucketPolicy",
        "pulumi:pulumi:Stack",
    ],
)
def test_what_can_be_made_again_is_not(token: str) -> None:
    assert not is_stateful(token)


@pytest.mark.parametrize(
    ("token", "source"),
    [
        ("aws:rds/instance:Instance", "replicateSourceDb"),
        ("gcp:sql/databaseInstance:DatabaseInstance", "masterInstanceName"),
    ],
)
def test_a_replica_holds_no_data_of_its_own_though_its_primary_of_the_same_type_does(token: str, source: str) -> None:
    assert not is_stateful(token, {source: "db-primary"})
    assert is_stateful(token, {source: ""})
    assert is_stateful(token, {})


@pytest.mark.parametrize(
    ("token", "field"),
    [
        ("aws:secretsmanager/secret:Secret", "tags"),
        ("gcp:secretmanager/secret:Secret", "annotations"),
        ("random:index/randomPassword:RandomPassword", "keepers"),
    ],
)
def test_a_secret_holds_data_unless_it_is_a_copy_or_rotates(token: str, field: str) -> None:
    assert is_stateful(token, {field: {"infra-kit": "original"}})
    assert not is_stateful(token, {field: {"since": "2026-01-01"}})
    assert not is_stateful(token, {})


@pytest.mark.parametrize(
    ("token", "key"),
    [
        ("aws:rds/instance:Instance", "s3Import"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "globalReplicationGroupId"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", "securityGroupNames"),
        ("aws:s3/bucket:Bucket", "bucketPrefix"),
        ("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "bucket"),
        ("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "expectedBucketOwner"),
        ("aws:sqs/queue:Queue", "namePrefix"),
        ("aws:cloudwatch/eventBus:EventBus", "eventSourceName"),
        ("aws:kms/key:Key", "xksKeyId"),
        ("aws:secretsmanager/secret:Secret", "type"),
        ("random:index/randomPassword:RandomPassword", "overrideSpecial"),
    ],
)
def test_what_is_said_when_it_is_made_cannot_be_changed(token: str, key: str) -> None:
    assert key in replaced_by(token)


REDIS, MEMORYSTORE = "aws:elasticache/replicationGroup:ReplicationGroup", "gcp:redis/instance:Instance"
RDS, CLOUD_SQL = "aws:rds/instance:Instance", "gcp:sql/databaseInstance:DatabaseInstance"
BUCKET = "aws:s3/bucket:Bucket"
FIXED = {"diskAutoresize": False}


@pytest.mark.parametrize(
    ("token", "key", "before", "after"),
    [
        (REDIS, "engineVersion", "8.2", "7.2"),
        (REDIS, "engineVersion", "7.10", "7.2"),
        (REDIS, "engine", "valkey", "redis"),
        (MEMORYSTORE, "redisVersion", "REDIS_7_2", "REDIS_7_0"),
        (CLOUD_SQL, "settings", {"diskSize": 20, **FIXED}, {"diskSize": 10, **FIXED}),
        (RDS, "restoreToPointInTime", None, {"sourceDbInstanceIdentifier": "db"}),
        (RDS, "restoreToPointInTime", {"sourceDbInstanceIdentifier": "db"}, None),
        (RDS, "snapshotIdentifier", None, "one"),
        (RDS, "snapshotIdentifier", "one", "two"),
        (BUCKET, "objectLockConfiguration", None, {"objectLockEnabled": "Enabled"}),
    ],
)
def test_what_its_service_cannot_take_back_replaces_it(token: str, key: str, before: Any, after: Any) -> None:
    found = replaced_by(token, {key: before}, {key: after})
    assert found[key].startswith("https://")
    assert key not in replaced_by(token)


@pytest.mark.parametrize(
    ("token", "key", "before", "after"),
    [
        (REDIS, "engineVersion", "7.2", "8.2"),
        (REDIS, "engineVersion", "7.2", "7.10"),
        (REDIS, "engineVersion", "8.2", None),
        (REDIS, "engine", "redis", "valkey"),
        (MEMORYSTORE, "redisVersion", "REDIS_6_X", "REDIS_7_2"),
        (CLOUD_SQL, "settings", {"diskSize": 10, **FIXED}, {"diskSize": 20, **FIXED}),
        (CLOUD_SQL, "settings", {"diskSize": 20}, {"diskSize": 10, "diskAutoresize": True}),
        (CLOUD_SQL, "settings", {"diskSize": 20, **FIXED}, {"tier": "db-f1-micro", **FIXED}),
        (RDS, "restoreToPointInTime", {"useLatestRestorableTime": True}, {"restoreTime": "2026-01-01T00:00:00Z"}),
        (RDS, "snapshotIdentifier", "one", None),
        (BUCKET, "objectLockConfiguration", {"objectLockEnabled": "Enabled"}, None),
    ],
)
def test_the_other_way_it_is_changed_in_place(token: str, key: str, before: Any, after: Any) -> None:
    assert key not in replaced_by(token, {key: before}, {key: after})

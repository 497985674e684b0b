"""Our table of what replaces, beside what Terraform's providers say, whose code Pulumi's plugins run.

`recorded_replacements.csv` was recorded by `python -m tests.record_replacements`; each row has its provider, its
version and the day.
"""

import json
from importlib import import_module
from typing import Any

import pytest

from infra_kit import recorded_replacements
from infra_kit.recorded_replacements import Row, rows
from infra_kit.recording import sdk
from infra_kit.replacements import AT_TIMES, is_known, replaced_by, why_replaced
from tests.recorded_types import TYPES

ROWS = rows()
PARTS = {("docker:index/volume:Volume", "cluster")}
"""Replaces for most of its parts, and of a volume of a swarm nothing finer is known: it counts as replacing."""
TABLE = {it for it in TYPES.values() if is_known(it)}
"""What holds data: our table has each input with the vendor's page. All else is as the provider said."""
GENERAL = [row for row in ROWS if row.type in TABLE and not row.before and "." not in row.property]
BY_VALUE = [row for row in ROWS if row.before]
NEWER = {
    "aws:cloudwatch/eventArchive:EventArchive": {"kmsKeyIdentifier"},
    "aws:cloudwatch/eventBus:EventBus": {"logConfig"},
    "aws:docdb/cluster:Cluster": {"networkType", "serverlessV2ScalingConfiguration"},
    "aws:ebs/volume:Volume": {"volumeInitializationRate"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {"durability", "nodeGroupConfigurations"},
    "aws:opensearch/domain:Domain": {"aimlOptions", "deploymentStrategyOptions", "identityCenterOptions"},
    "aws:rds/instance:Instance": {"warningEventCategories"},
    "aws:route53/zone:Zone": {"enableAcceleratedRecovery"},
    "aws:s3/bucket:Bucket": {"bucketNamespace"},
    "aws:secretsmanager/secret:Secret": {"type"},
    "gcp:compute/disk:Disk": {"eraseWindowsVssSignature", "interface", "multiWriter", "resourcePolicies"},
    "gcp:dns/managedZone:ManagedZone": {"reverseLookup", "serviceDirectoryConfig"},
    "gcp:kms/cryptoKey:CryptoKey": {"keyAccessJustificationsPolicy"},
    "gcp:secretmanager/secret:Secret": {"secretType"},
    "gcp:sql/databaseInstance:DatabaseInstance": {"blueGreenDeployment", "encryptionConfidentialMode"},
}
"""What the version that was asked does not have: newer on aws, where a `region` of its own came later too (it
counts as the place that a resource is in); on gcp, of Google's beta provider, which Pulumi's plugin runs."""
WRITE_ONLY = ("Wo", "WoVersion")
"""How the names of inputs end that are in no state, so that no state can be compared with them."""


def of(type_token: str) -> dict[str, Row]:
    return {row.property: row for row in GENERAL if row.type == type_token}


@pytest.mark.parametrize("row", GENERAL, ids=lambda row: f"{row.type}.{row.property}")
def test_no_row_of_our_table_disagrees_with_the_provider(row: Row) -> None:
    if row.property in AT_TIMES.get(row.type, ()):
        assert {"yes", "part"} & {
            row.changed,
            row.set,
            row.unset,
            *(it.changed for it in BY_VALUE if it[:2] == row[:2]),
        }
    else:
        assert row.changed != "part" or row[:2] in PARTS
        assert (row.property in replaced_by(row.type)) == (row.changed != "no")


@pytest.mark.parametrize("row", BY_VALUE, ids=lambda row: f"{row.type}.{row.property} {row.before} {row.after}")
def test_nor_about_what_replaces_by_what_it_becomes(row: Row) -> None:
    before, after = ({row.property: json.loads(value)} for value in (row.before, row.after))
    assert bool(why_replaced(row.type, row.property, before, after)) == (row.changed == "yes")


NOT_ASKED = {"gcp:projects/serviceIdentity:ServiceIdentity"}
"""Only Google's beta provider has it."""


def test_every_type_that_our_drivers_make_was_asked_about() -> None:
    assert {it for it in TYPES.values() if not recorded_replacements.of(it)} == NOT_ASKED


@pytest.mark.parametrize(
    ("token", "key", "before", "after", "replaced"),
    [
        ("aws:ec2/vpc:Vpc", "cidrBlock", "10.0.0.0/16", "10.1.0.0/16", True),
        ("aws:ec2/vpc:Vpc", "tags", {"a": "1"}, {"a": "2"}, False),
        ("aws:ec2/vpc:Vpc", "somethingNewer", "a", "b", None),
        ("aws:ec2/keyPair:KeyPair", "publicKey", "a", "b", None),
        ("aws:ecs/service:Service", "deploymentController", None, {"type": "ECS"}, True),
        # Pulumi names it where the program does not, and the name may be the same.
        ("aws:cloudwatch/logGroup:LogGroup", "name", "a", None, None),
        # In part.
        (
            "gcp:compute/instanceTemplate:InstanceTemplate",
            "networkInterfaces",
            [{"network": "a"}],
            [{"network": "b"}],
            True,
        ),
        ("aws:lb/listener:Listener", "defaultActions", [{"order": 1}], [{"order": 2}], False),
        ("aws:lb/listener:Listener", "defaultActions", [{"targetGroupArn": "a"}], [{"targetGroupArn": "b"}], None),
    ],
)
def test_what_was_recorded_says_of_a_change_whether_it_replaces_or_that_it_does_not_know(
    token: str, key: str, before: Any, after: Any, replaced: bool | None
) -> None:
    assert recorded_replacements.replaces(token, key, before, after) is replaced


@pytest.mark.parametrize("type_token", sorted(TABLE))
def test_the_provider_was_asked_about_every_input(type_token: str) -> None:
    import_module(f"pulumi_{type_token.partition(':')[0]}")
    missing = sdk.inputs(type_token).keys() - of(type_token).keys() - NEWER.get(type_token, set()) - {"region"}
    assert [name for name in missing if not name.endswith(WRITE_ONLY)] == []


@pytest.mark.parametrize("type_token", sorted(NEWER))
def test_what_is_newer_is_not_among_what_was_recorded(type_token: str) -> None:
    assert not NEWER[type_token] & of(type_token).keys()


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
BUCKET, CLOUD_BUCKET = "aws:s3/bucket:Bucket", "gcp:storage/bucket:Bucket"
DISK = "gcp:compute/disk:Disk"
KEPT, CRYPTO_KEY = "gcp:secretmanager/secret:Secret", "gcp:kms/cryptoKey:CryptoKey"
FIXED = {"diskAutoresize": False}


@pytest.mark.parametrize(
    ("token", "key", "before", "after"),
    [
        (REDIS, "engineVersion", "8.2", "7.2"),
        (REDIS, "engineVersion", "7.10", "7.2"),
        (REDIS, "engine", "valkey", "redis"),
        (MEMORYSTORE, "redisVersion", "REDIS_7_2", "REDIS_7_0"),
        (CLOUD_SQL, "settings", {"diskSize": 20, **FIXED}, {"diskSize": 10, **FIXED}),
        (CLOUD_SQL, "settings", {"ipConfiguration": {"privateNetwork": "vpc"}}, {"ipConfiguration": {}}),
        (DISK, "size", 20, 10),
        (RDS, "restoreToPointInTime", None, {"sourceDbInstanceIdentifier": "db"}),
        (RDS, "restoreToPointInTime", {"sourceDbInstanceIdentifier": "db"}, None),
        (RDS, "snapshotIdentifier", None, "one"),
        (RDS, "snapshotIdentifier", "one", "two"),
        (BUCKET, "objectLockConfiguration", None, {"objectLockEnabled": "Enabled"}),
        (KEPT, "replication", {"auto": {}}, {"userManaged": {"replicas": [{"location": "europe-west1"}]}}),
        (CLOUD_BUCKET, "retentionPolicy", {"isLocked": True, "retentionPeriod": 5}, None),
        (CRYPTO_KEY, "versionTemplate", None, {"algorithm": "a", "protectionLevel": "HSM"}),
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
        (MEMORYSTORE, "redisVersion", "REDIS_7_2", "REDIS_6_X"),
        (CLOUD_SQL, "settings", {"diskSize": 10, **FIXED}, {"diskSize": 20, **FIXED}),
        (CLOUD_SQL, "settings", {"ipConfiguration": {}}, {"ipConfiguration": {"privateNetwork": "vpc"}}),
        (CLOUD_SQL, "settings", {"diskSize": 20}, {"diskSize": 10, "diskAutoresize": True}),
        (CLOUD_SQL, "settings", {"diskSize": 20, **FIXED}, {"tier": "db-f1-micro", **FIXED}),
        (DISK, "size", 10, 20),
        (RDS, "restoreToPointInTime", {"useLatestRestorableTime": True}, {"restoreTime": "2026-01-01T00:00:00Z"}),
        (RDS, "snapshotIdentifier", "one", None),
        (BUCKET, "objectLockConfiguration", {"objectLockEnabled": "Enabled"}, None),
        (KEPT, "replication", {"auto": {}}, {"auto": {"customerManagedEncryption": {"kmsKeyName": "key"}}}),
        (CLOUD_BUCKET, "retentionPolicy", {"retentionPeriod": 5}, {"isLocked": True, "retentionPeriod": 5}),
        (CRYPTO_KEY, "versionTemplate", {"algorithm": "a"}, {"algorithm": "b", "protectionLevel": "SOFTWARE"}),
    ],
)
def test_the_other_way_it_is_changed_in_place(token: str, key: str, before: Any, after: Any) -> None:
    assert key not in replaced_by(token, {key: before}, {key: after})

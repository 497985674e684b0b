from __future__ import annotations

import pytest

from infra_kit.stateful import is_stateful


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

from __future__ import annotations

import importlib
import re
from pathlib import Path
from types import ModuleType

import pulumi
import pulumi_aws
import pulumi_cloudflare
import pulumi_gcp
import pytest

from infra_kit import stateful
from infra_kit.providers import cloudflare
from infra_kit.stateful import is_known, is_made_here, is_stateful
from tests.recorded_types import TYPES


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
        "aws:redshift/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:docdb/globalCluster:GlobalCluster",
        "aws:lightsail/database:Database",
        "gcp:bigquery/table:Table",
        "gcp:bigtable/table:Table",
        "cloudflare:index/d1Database:D1Database",
        "mongodbatlas:index/cluster:Cluster",
        "digitalocean:index/databaseCluster:DatabaseCluster",
        "hcloud:index/volume:Volume",
        "kubernetes:core/v1:PersistentVolumeClaim",
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
        ("gcp:bigquery/table:Table", "view"),
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


@pytest.mark.parametrize("package", [pulumi_aws, pulumi_cloudflare, pulumi_gcp])
def test_what_the_tables_name_of_a_cloud_is_a_type_of_its_sdk(package: ModuleType) -> None:
    """Mistyped, a row would guard nothing."""
    name = package.__name__.removeprefix("pulumi_")
    tokens = sorted(it for it in stateful.tokens() if it.startswith(f"{name}:"))
    assert tokens
    assert [it for it in tokens if not _is_of(package, it)] == []


def _is_of(package: ModuleType, token: str) -> bool:
    module, _, name = token.partition(":")[2].partition(":")
    service = module.partition("/")[0]
    home = package if service == "index" else importlib.import_module(f"{package.__name__}.{service}")
    return bool(getattr(home, name).pulumi_type == token)


OURS = [
    *sorted(TYPES.values()),
    "pulumi-python:dynamic/infra-kit:GatewayServer",
    "command:remote:Command",
    "tls:index/privateKey:PrivateKey",
    "pulumi:providers:aws",
]


@pytest.mark.parametrize("token", OURS)
def test_of_what_our_drivers_make_it_is_known_whether_it_holds_data(token: str) -> None:
    assert is_made_here(token)
    assert is_known(token)


def test_of_what_our_drivers_make_at_cloudflare_it_is_known_whether_it_holds_data() -> None:
    drivers = Path(cloudflare.__file__).parent.glob("*.py")
    names = {name for file in drivers for name in re.findall(r"\bcloudflare\.([A-Z]\w+)", file.read_text())}
    kinds = [getattr(pulumi_cloudflare, name) for name in names]
    made = [it.pulumi_type for it in kinds if issubclass(it, pulumi.CustomResource)]
    assert "cloudflare:index/r2Bucket:R2Bucket" in made
    assert [token for token in made if not is_made_here(token)] == []


@pytest.mark.parametrize("token", ["acme:index/database:Database", "aws:ec2/keyPair:KeyPair", "gcp:dataflow/job:Job"])
def test_of_others_it_is_not(token: str) -> None:
    assert not is_known(token)


def test_what_is_in_the_tables_is_known_though_no_driver_makes_it() -> None:
    assert is_known("aws:redshift/cluster:Cluster")
    assert not is_made_here("aws:redshift/cluster:Cluster")

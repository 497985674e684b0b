"""Redis on AWS: which nodes, who reaches them, what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Network, Redis
from infra_kit.components.redis import RedisSpec, Version
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.aws import redis, sizes
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.lacking import gaps
from tests.unit.providers.aws.waits import waiting_for, waits_for
from tests.unit.refusals import refusal

AWS = {"infra-kit:target": "aws", "infra-kit:environment": "staging"}
PRODUCTION = AWS | {"infra-kit:environment": "production"}


def made(config: Mapping[str, Any] = AWS, **arguments: Any) -> Recording:
    return record(lambda: Redis("cache", **arguments), config=config)


def server(config: Mapping[str, Any] = AWS, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("cache-server").inputs


@pytest.mark.parametrize(("version", "engine"), [("7", "7.2"), ("8", "8.2"), ("9", "9.0")])
def test_the_major_version_that_is_asked_for_runs_with_the_parameters_of_its_family(
    version: Version, engine: str
) -> None:
    recording = made(version=version)
    inputs = recording.named("cache-server").inputs
    assert (inputs["engine"], inputs["engineVersion"]) == ("valkey", engine)
    assert recording.named("cache-parameters").inputs["family"] == f"valkey{version}"


@pytest.mark.parametrize(
    ("memory_gb", "node"),
    [
        (0.37, "cache.t4g.micro"),
        (0.5, "cache.t4g.small"),  # the default: a micro has 0.5 GiB, and a quarter of it is not for data
        (2, "cache.t4g.medium"),
        (3, "cache.m7g.large"),
        (5, "cache.r7g.large"),
        (300, "cache.r7g.16xlarge"),
    ],
)
def test_the_cheapest_node_is_taken_whose_data_fits(memory_gb: float, node: str) -> None:
    assert server(memory_gb=memory_gb)["nodeType"] == node


def test_no_node_of_the_table_is_larger_and_cheaper_than_another() -> None:
    for size in sizes.ELASTICACHE:
        cheaper = [it for it in sizes.ELASTICACHE if it.hourly_usd < size.hourly_usd]
        assert all(it.memory_gb < size.memory_gb or it.cpu < size.cpu for it in cheaper), size.name


def test_more_memory_than_the_largest_node_has_is_refused() -> None:
    message = refusal(lambda: Redis("cache", memory_gb=400), SpecError, target="aws", environment="staging")
    assert message.startswith("Redis 'cache': given ")
    assert "cache.r7g.16xlarge" in message


def test_eviction_and_databases_are_parameters() -> None:
    parameters = made(eviction="noeviction", databases=4).named("cache-parameters").inputs["parameters"]
    assert {it["name"]: it["value"] for it in parameters} == {"maxmemory-policy": "noeviction", "databases": "4"}


def test_nobody_speaks_to_it_without_tls_and_a_users_password() -> None:
    recording = made()
    cache = recording.named("cache-server")
    assert cache.inputs["transitEncryptionEnabled"]
    assert cache.inputs["userGroupIds"] == [recording.named("cache-users").request.name + "-id"]
    user = recording.named("cache-user")
    assert user.inputs["authenticationMode"]["passwords"] == [recording.named("cache-password").outputs["result"]]
    assert "authenticationMode" in user.secret_inputs
    assert recording.named("cache").outputs["url"].startswith("rediss://:")


def test_a_password_is_as_long_as_elasticache_takes() -> None:
    inputs = made().named("cache-password").inputs
    assert 16 <= inputs["length"] <= 128
    assert inputs["special"] is False


def test_only_the_network_reaches_it_and_it_reaches_nobody() -> None:
    recording = made()
    (rule,) = recording.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert rule.inputs["cidrIpv4"] == "10.0.0.0/16"
    assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (6379, 6379)
    assert recording.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == ()
    assert not {"ingress", "egress"} & recording.named("cache-security-group").inputs.keys()


def test_it_stands_in_the_isolated_subnets() -> None:
    assert made().named("cache-subnets").inputs["subnetIds"] == [
        "aws-network-isolated-a-id",
        "aws-network-isolated-b-id",
    ]


def test_replicas_serve_reads_and_take_over_only_when_asked() -> None:
    inputs = server(replicas=2)
    assert (inputs["numCacheClusters"], inputs["automaticFailoverEnabled"], inputs["multiAzEnabled"]) == (
        3,
        False,
        False,
    )
    inputs = server(replicas=1, high_availability=True)
    assert (inputs["numCacheClusters"], inputs["automaticFailoverEnabled"], inputs["multiAzEnabled"]) == (2, True, True)


def test_reads_go_to_a_replica_where_there_is_one() -> None:
    alone, with_replica = (made(replicas=count).named("cache").outputs for count in (0, 1))
    assert alone["reader_url"] == alone["url"]
    assert [alone["reader_urls"], with_replica["reader_urls"]] == [[alone["url"]], [with_replica["reader_url"]]]
    assert "@replica." in with_replica["reader_url"]
    assert "@master." in with_replica["url"]


def test_a_take_over_in_one_zone_is_refused() -> None:
    def program() -> None:
        Redis("cache", network=Network("net", zones=1), replicas=1, high_availability=True)

    message = refusal(program, SpecError, target="aws", environment="staging")
    assert "the network has one zone. Give it a Network(zones=2)" in message


def test_an_append_only_file_is_a_gap_with_a_way_out() -> None:
    message = refusal(
        lambda: Redis("cache", persistence=True), UnsupportedFeatureError, target="aws", environment="staging"
    )
    assert "persistence: ElastiCache keeps no append-only file" in message
    assert gaps(redis, RedisSpec()) == {}


@pytest.mark.parametrize(
    ("environment", "days", "final"),
    [("development", 0, False), ("preview", 0, False), ("staging", 1, True), ("production", 7, True)],
)
def test_snapshots_go_by_the_environment(environment: str, days: int, final: bool) -> None:
    inputs = server(AWS | {"infra-kit:environment": environment})
    assert inputs["snapshotRetentionLimit"] == days
    assert ("finalSnapshotIdentifier" in inputs) == final


def test_what_replaces_a_cache_leaves_a_final_snapshot_of_another_name() -> None:
    recording = made(PRODUCTION)
    keepers = recording.named("cache-final-snapshot").inputs["keepers"]
    cache = recording.named("cache-server").inputs
    assert keepers == {"subnets": cache["subnetGroupName"]}
    assert cache["finalSnapshotIdentifier"] == "cache-final-c0c0c0c0"


def test_production_is_protected_and_encrypts_with_a_key_of_its_own() -> None:
    recording = made(PRODUCTION)
    cache, key = recording.named("cache-server"), recording.named("cache-key")
    assert cache.inputs["atRestEncryptionEnabled"]
    assert cache.inputs["kmsKeyId"] == key.outputs["arn"]
    assert cache.options.protect
    assert key.options.protect


def test_a_cache_keeps_the_key_that_it_was_made_with() -> None:
    """With another one, it would be another cache."""
    assert made().named("cache-server").options.ignore_changes == ("kmsKeyId",)


def test_its_certificate_is_one_that_clients_know() -> None:
    assert "ca_certificate" not in made().named("cache").outputs


@pytest.mark.parametrize("field", ["host", "url", "reader_url", "reader_urls"])
def test_whoever_uses_an_address_waits_until_the_network_may_reach_it(field: str) -> None:
    recording = waiting_for(field, lambda: Redis("cache"), AWS)
    assert waits_for(recording, "cache-server")
    assert recording.named("cache-ingress").urn in recording.named("cache-server").options.depends_on


def test_a_key_stays_with_the_snapshots_that_it_encrypts() -> None:
    assert made(PRODUCTION).named("cache-key").options.retain_on_delete


def test_a_key_is_the_accounts_alone_and_rotates() -> None:
    key = made(PRODUCTION).named("cache-key").inputs
    (statement,) = json.loads(key["policy"])["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert key["enableKeyRotation"]


def test_elsewhere_the_services_own_key_encrypts() -> None:
    recording = made()
    assert recording.of_type("aws:kms/key:Key") == ()
    assert recording.named("cache-server").inputs["atRestEncryptionEnabled"]


def test_the_longest_name_fits_elasticaches_forty_characters() -> None:
    random_suffix = "-1a2b3c4"
    name = "a" * 24
    assert record(lambda: Redis(name), config=AWS).named(f"{name}-server")
    assert len(f"{name}-server{random_suffix}") <= 40

"""Redis on Google Cloud: what Memorystore is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Redis
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.refusals import refusal

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PRODUCTION = GCP | {"infra-kit:environment": "production"}


def made(config: Mapping[str, Any] = GCP, **arguments: Any) -> Recording:
    return record(lambda: Redis("cache", **arguments), config=config)


def instance(config: Mapping[str, Any] = GCP, **arguments: Any) -> Mapping[str, Any]:
    return made(config, **arguments).named("cache-server").inputs


def test_it_wants_a_password_and_tls_on_a_private_address() -> None:
    it = instance()
    assert it["authEnabled"] is True
    assert it["transitEncryptionMode"] == "SERVER_AUTHENTICATION"
    assert it["connectMode"] == "PRIVATE_SERVICE_ACCESS"
    assert it["authorizedNetwork"] == "gcp-network-vpc-id"


def test_the_endpoint_knows_a_password_and_no_user() -> None:
    it = made().named("cache").outputs
    assert it["url"] == it["reader_url"] == "rediss://:recorded-auth-string@10.0.128.11:6378"
    assert (it["username"], it["tls"], it["port"]) == ("", True, 6378)


def test_the_endpoint_brings_the_certificate_that_a_client_must_trust() -> None:
    assert made().named("cache").outputs["ca_certificate"].startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize(
    ("arguments", "gigabytes", "readers"),
    [
        ({}, 1, "READ_REPLICAS_DISABLED"),
        ({"memory_gb": 1.5}, 2, "READ_REPLICAS_DISABLED"),
        ({"memory_gb": 300}, 300, "READ_REPLICAS_DISABLED"),
        ({"replicas": 1}, 5, "READ_REPLICAS_ENABLED"),
        ({"replicas": 2, "high_availability": True, "memory_gb": 6.2}, 7, "READ_REPLICAS_ENABLED"),
    ],
)
def test_the_smallest_instance_that_fits(arguments: Mapping[str, Any], gigabytes: int, readers: str) -> None:
    it = instance(**arguments)
    assert (it["memorySizeGb"], it["readReplicasMode"]) == (gigabytes, readers)
    assert it["replicaCount"] == arguments.get("replicas", 1)


def test_an_instance_keeps_its_tier_when_replicas_are_asked_for_and_gets_room_for_them() -> None:
    before, after = instance(), instance(replicas=2)
    assert before["tier"] == after["tier"] == "STANDARD_HA"
    assert after["secondaryIpRange"] == "auto"
    assert "secondaryIpRange" not in before


def test_readers_have_an_address_of_their_own() -> None:
    it = made(replicas=1).named("cache").outputs
    assert "@10.0.128.12:6378" in it["reader_url"]
    assert it["reader_urls"] == [it["reader_url"]]
    assert "@10.0.128.11:6378" in it["url"]


def test_eviction_is_what_was_asked() -> None:
    assert instance(eviction="noeviction")["redisConfigs"] == {"maxmemory-policy": "noeviction"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"memory_gb": 301}, "memory_gb: given 301; Memorystore for Redis has 300 GB at most"),
        ({"databases": 17}, "databases: given 17; Memorystore for Redis has 16.*Ask for 16 or fewer"),
    ],
)
def test_more_than_there_is_is_refused_with_a_way_out(arguments: Mapping[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        made(**arguments)


def test_persistence_and_newer_versions_are_gaps_with_a_way_out() -> None:
    text = refusal(
        lambda: Redis("cache", version="8", persistence=True),
        UnsupportedFeatureError,
        target="gcp",
        environment="staging",
    )
    assert "persistence: Memorystore for Redis writes a snapshot once an hour at best" in text
    assert "version:8: Memorystore for Redis has 7.2 at most; ask for version='7'" in text


def test_production_is_protected_and_has_its_own_key() -> None:
    recording = made(PRODUCTION)
    it = recording.named("cache-server")
    assert it.options.protect
    assert it.inputs["deletionProtection"] is True
    assert it.inputs["customerManagedKey"] == "cache-key-id"
    assert recording.named("cache-key-agent").inputs["service"] == "redis.googleapis.com"


def test_an_instance_that_stands_keeps_the_key_that_it_was_made_with() -> None:
    assert "customerManagedKey" in made().named("cache-server").options.ignore_changes


def test_elsewhere_the_providers_own_protection_is_off() -> None:
    assert instance()["deletionProtection"] is False


def test_the_longest_name_leaves_room_for_the_suffix_within_memorystores_40() -> None:
    (server,) = record(lambda: Redis("c" * 24), config=GCP).of_type("gcp:redis/instance:Instance")
    assert len(server.name) + len("-1234567") <= 40

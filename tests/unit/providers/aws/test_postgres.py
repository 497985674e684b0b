"""Postgres on AWS: its replicas, its endpoint, its places."""

from __future__ import annotations

import json

import pytest

from infra_kit import Pooling, Postgres, Target
from infra_kit.testing import record
from tests.unit.providers.aws.databases import AWS, INSTANCE, made
from tests.unit.providers.aws.waits import waiting_for, waits_for


def test_replicas_are_numbered_copies_in_the_network_that_nothing_protects() -> None:
    recording = made("production", read_replicas=2, max_storage_gb=200)
    copies = [it for it in recording.of_type(INSTANCE) if "replicateSourceDb" in it.inputs]
    assert [it.name for it in copies] == ["db-replica-1", "db-replica-2"]
    for copy in copies:
        assert copy.inputs["replicateSourceDb"] == recording.named("db-server").outputs["identifier"]
        assert copy.inputs["storageEncrypted"] is True
        assert "kmsKeyId" not in copy.inputs
        assert copy.inputs["maxAllocatedStorage"] == 200
        assert copy.inputs["backupWindow"] == recording.named("db-server").inputs["backupWindow"]
        assert copy.inputs["maintenanceWindow"] == recording.named("db-server").inputs["maintenanceWindow"]
        assert copy.inputs["skipFinalSnapshot"] is True
        assert copy.inputs["tags"]["component"] == "db"
        assert not copy.options.protect


def test_a_replica_is_as_large_as_its_primary_has_become() -> None:
    """RDS makes none of another size, and what grows by itself may be larger than was asked."""
    assert "allocatedStorage" not in made(read_replicas=1, max_storage_gb=200).named("db-replica-1").inputs
    assert made(read_replicas=1, storage_gb=50).named("db-replica-1").inputs["allocatedStorage"] == 50


def test_readers_use_a_replica_and_without_one_the_server() -> None:
    outputs = made(read_replicas=2).named("db").outputs
    assert "db-replica." in outputs["reader_url"]
    assert len(outputs["reader_urls"]) == 2
    assert outputs["reader_urls"][0] == outputs["reader_url"]
    alone = made().named("db").outputs
    assert alone["reader_url"] == alone["pooled_url"] == alone["url"]
    assert alone["reader_urls"] == [alone["url"]]


@pytest.mark.parametrize("field", ["host", "url", "reader_url", "reader_urls", "pooled_url", "ca_certificate"])
def test_whoever_uses_an_address_waits_until_the_role_is_there(field: str) -> None:
    config = {**AWS, "infra-kit:environment": "development"}
    recording = waiting_for(field, lambda: Postgres("db", read_replicas=2, pooling=Pooling()), config)
    assert waits_for(recording, "db-setup-run")


def test_whoever_uses_the_pooler_waits_until_the_server_stands_behind_it() -> None:
    config = {**AWS, "infra-kit:environment": "development"}
    recording = waiting_for("pooled_url", lambda: Postgres("db", pooling=Pooling()), config)
    assert waits_for(recording, "db-pooler-target")


def test_nothing_uses_the_server_before_the_network_may_reach_it() -> None:
    recording = made()
    assert recording.named("db-ingress").urn in recording.named("db-server").options.depends_on


def test_the_endpoint_names_a_role_of_its_own_whose_url_asks_for_tls() -> None:
    outputs = made(databases=["shop", "audit"]).named("db").outputs
    host = "db-server.abc123.us-east-1.rds.amazonaws.com"
    assert (outputs["username"], outputs["database"], outputs["host"]) == ("app", "shop", host)
    assert outputs["url"] == f"postgresql://app:recorded-password@{host}:5432/shop?sslmode=require"


def test_the_authorities_that_the_server_is_proven_by_come_from_the_set_up() -> None:
    assert made().named("db").outputs["ca_certificate"] == "-----BEGIN CERTIFICATE-----\nrecorded\n"


def test_the_roles_password_is_kept_in_a_secret_of_its_own() -> None:
    recording = made()
    value = recording.named("db-secret-value")
    assert json.loads(value.inputs["secretString"]) == {"username": "app", "password": "recorded-password"}
    assert "secretString" in value.secret_inputs


def test_another_region_of_the_same_program_has_a_network_and_a_provider_of_its_own() -> None:
    def program() -> None:
        Postgres("near")
        Postgres("far", target=Target(name="aws", region="eu-west-1", alias="far-away", environment=None))

    recording = record(program, config={**AWS, "infra-kit:environment": "development"})
    near, far = recording.named("near-server"), recording.named("far-server")
    assert near.options.provider != far.options.provider
    assert recording.named("near-setup").options.provider == near.options.provider
    assert recording.named("far-setup-run").options.provider == far.options.provider


def test_overrides_reach_every_role() -> None:
    overrides = {"server": {"ca_cert_identifier": "rds-ca-ecc384-g1"}, "setup": {"memory_size": 512}}
    recording = made(overrides=overrides)
    assert recording.named("db-server").inputs["caCertIdentifier"] == "rds-ca-ecc384-g1"
    assert recording.named("db-setup").inputs["memorySize"] == 512

"""The RDS server of a Postgres: where it stands, how it is set, what it leaves behind."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra_kit import Backups, Network, Postgres
from infra_kit.errors import SpecError
from infra_kit.testing import record
from tests.unit.providers.aws.databases import AWS, made, parameters, refused, server
from tests.unit.refusals import refusal


def test_it_is_a_private_encrypted_server_that_speaks_tls_only() -> None:
    recording = made()
    inputs = recording.named("db-server").inputs
    assert inputs["engine"] == "postgres"
    assert inputs["engineVersion"] == "17"
    assert inputs["storageEncrypted"] is True
    assert inputs["publiclyAccessible"] is False
    assert parameters(recording)["rds.force_ssl"] == "1"


def test_it_stands_in_the_isolated_subnets_and_only_the_network_reaches_it() -> None:
    recording = made()
    subnets = recording.named("db-subnets").inputs["subnetIds"]
    assert subnets == ["aws-network-isolated-a-id", "aws-network-isolated-b-id"]
    rule = recording.named("db-ingress").inputs
    assert (rule["cidrIpv4"], rule["fromPort"], rule["toPort"]) == ("10.0.0.0/16", 5432, 5432)


def test_it_stands_in_the_private_subnets_of_a_network_without_isolated_ones() -> None:
    def program() -> None:
        there = Network.existing("net", id="vpc-1", cidr="10.1.0.0/16", subnets={"private": {"a": "s-1", "b": "s-2"}})
        Postgres("db", network=there)

    recording = record(program, config={**AWS, "infra-kit:environment": "development"})
    assert recording.named("db-subnets").inputs["subnetIds"] == ["s-1", "s-2"]
    assert recording.named("db-setup").inputs["vpcConfig"]["subnetIds"] == ["s-1", "s-2"]


def test_a_network_of_one_zone_is_refused_for_rds_wants_two() -> None:
    def program() -> None:
        Postgres("db", network=Network("net", zones=1))

    message = refusal(program, SpecError, target="aws", region="us-east-1", environment="development")
    assert message.startswith("Postgres 'db': network: given one of 1 zone; RDS wants subnets in 2")
    assert "Network(zones=2)" in message


def test_a_new_major_version_upgrades_the_server_in_place() -> None:
    upgraded = server(version="18").inputs
    assert (upgraded["engineVersion"], upgraded["allowMajorVersionUpgrade"]) == ("18", True)


def test_its_disk_has_what_was_asked_and_grows_only_where_it_may() -> None:
    inputs = server(storage_gb=50, max_storage_gb=200).inputs
    assert (inputs["storageType"], inputs["allocatedStorage"], inputs["maxAllocatedStorage"]) == ("gp3", 50, 200)
    assert "maxAllocatedStorage" not in server(storage_gb=50).inputs
    assert "maxAllocatedStorage" not in server(storage_gb=50, max_storage_gb=50).inputs


def test_a_disk_smaller_than_rds_has_is_made_larger_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, _: said.append(message))
    assert server(storage_gb=5, max_storage_gb=10).inputs["allocatedStorage"] == 20
    assert "Postgres 'db': storage_gb: 20 instead of 5, RDS has no smaller disk." in said
    assert any("db.t4g.micro" in message for message in said)


def test_a_disk_that_may_hardly_grow_is_refused_with_the_least_that_rds_takes() -> None:
    message = refused(storage_gb=50, max_storage_gb=54)
    assert message.startswith("Postgres 'db': max_storage_gb: given 54; RDS lets a disk of 50 GiB grow to 55 or more.")
    assert server(storage_gb=50, max_storage_gb=55).inputs["maxAllocatedStorage"] == 55


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({}, "db.t4g.micro"),
        ({"memory_gb": 4}, "db.t4g.medium"),
        ({"memory_gb": 4, "dedicated_cpu": True}, "db.m7g.large"),
        ({"memory_gb": 16}, "db.r7g.large"),
        ({"cpu": 8}, "db.t4g.2xlarge"),
        ({"cpu": 128, "memory_gb": 768}, "db.r6i.32xlarge"),
    ],
)
def test_its_class_is_the_cheapest_that_fits(arguments: dict[str, Any], name: str) -> None:
    assert server(**arguments).inputs["instanceClass"] == name
    assert server("production", **arguments).inputs["instanceClass"] == name


def test_a_standby_stands_in_another_zone_where_it_is_asked_for() -> None:
    assert server(high_availability=True).inputs["multiAz"] is True
    assert server("production").inputs["multiAz"] is False


@pytest.mark.parametrize(
    ("environment", "arguments", "days"),
    [
        ("development", {}, 0),
        ("development", {"read_replicas": 1}, 1),
        ("staging", {}, 1),
        ("production", {}, 7),
        ("development", {"backups": Backups(retention_days=30)}, 30),
    ],
)
def test_backups_are_kept_as_asked_and_as_replicas_need(environment: str, arguments: dict[str, Any], days: int) -> None:
    assert server(environment, **arguments).inputs["backupRetentionPeriod"] == days


@pytest.mark.parametrize(
    ("backups", "maintenance"),
    [
        (None, "sun:04:30-sun:05:00"),
        (Backups(window="01:00-02:15"), "sun:02:45-sun:03:15"),
        (Backups(window="22:00-23:10"), "sun:23:40-mon:00:10"),
        (Backups(window="22:00-23:45"), "mon:00:15-mon:00:45"),
    ],
)
def test_rds_does_its_maintenance_after_the_backup_and_never_meanwhile(
    backups: Backups | None, maintenance: str
) -> None:
    for environment in ("development", "production"):
        assert server(environment, backups=backups).inputs["maintenanceWindow"] == maintenance


def test_backups_run_in_their_window_which_also_stands_where_there_are_none() -> None:
    """One window of the two that nobody says is anywhere, also where the other one is: RDS refuses that."""
    assert server(backups=Backups(window="01:00-02:30")).inputs["backupWindow"] == "01:00-02:30"
    assert server(backups=None).inputs["backupWindow"] == Backups().window
    assert server(backups=None, read_replicas=1).inputs["backupWindow"] == Backups().window


@pytest.mark.parametrize(
    ("environment", "kept"), [("development", False), ("preview", False), ("staging", True), ("production", True)]
)
def test_a_final_snapshot_of_a_random_name_is_left_where_data_is_retained(environment: str, kept: bool) -> None:
    inputs = server(environment).inputs
    assert inputs["skipFinalSnapshot"] is not kept
    assert inputs.get("finalSnapshotIdentifier") == ("db-final-c0c0c0c0" if kept else None)


def test_production_is_protected_watched_and_encrypted_with_its_own_key() -> None:
    recording = made("production")
    made_server = recording.named("db-server")
    inputs, key = made_server.inputs, recording.named("db-key").outputs["arn"]
    assert made_server.options.protect
    assert inputs["deletionProtection"] is True
    assert inputs["deleteAutomatedBackups"] is False
    assert inputs["kmsKeyId"] == inputs["masterUserSecretKmsKeyId"] == inputs["performanceInsightsKmsKeyId"] == key
    assert inputs["monitoringInterval"] == 60
    assert recording.named("db-secret").inputs["kmsKeyId"] == recording.named("db-setup-log").inputs["kmsKeyId"] == key


def test_staging_costs_neither_a_key_nor_a_watch() -> None:
    recording = made("staging")
    inputs = recording.named("db-server").inputs
    assert not recording.of_type("aws:kms/key:Key")
    assert inputs["storageEncrypted"] is True
    assert "monitoringRoleArn" not in inputs
    assert inputs["deletionProtection"] is False


@pytest.mark.parametrize(("environment", "asked"), [("development", True), ("production", False)])
def test_deletion_protection_is_what_was_asked_on_both_sides(environment: str, asked: bool) -> None:
    made_server = server(environment, deletion_protection=asked)
    assert made_server.inputs["deletionProtection"] is asked
    assert made_server.options.protect is asked

"""Postgres on AWS: what is made on RDS, and how it is set."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from infra_kit import Backups, Network, Pooling, Postgres, Target, spec
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError
from infra_kit.providers.aws import postgres
from infra_kit.testing import record
from infra_kit.testing.recording import Recording, Resource
from tests.unit.refusals import refusal

INSTANCE = "aws:rds/instance:Instance"
AWS = {"infra-kit:target": "aws", "infra-kit:region": "us-east-1"}


def made(environment: str = "development", **arguments: Any) -> Recording:
    return record(lambda: Postgres("db", **arguments), config={**AWS, "infra-kit:environment": environment})


def server(environment: str = "development", **arguments: Any) -> Resource:
    return made(environment, **arguments).named("db-server")


def refused(**arguments: Any) -> str:
    return refusal(
        lambda: Postgres("db", **arguments), SpecError, target="aws", region="us-east-1", environment="development"
    )


# The server


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
    rule = recording.named("db-group-in").inputs
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


def test_rds_keeps_the_master_password_and_nobody_gives_one() -> None:
    inputs = server().inputs
    assert inputs["manageMasterUserPassword"] is True
    assert "password" not in inputs


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


# Backups and deletion


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


def test_backups_run_in_their_window() -> None:
    assert server(backups=Backups(window="01:00-02:30")).inputs["backupWindow"] == "01:00-02:30"


@pytest.mark.parametrize(
    ("environment", "kept"), [("development", False), ("preview", True), ("staging", True), ("production", True)]
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


# Parameters


def parameters(recording: Recording) -> dict[str, str]:
    return {it["name"]: it["value"] for it in recording.named("db-parameters").inputs["parameters"]}


def test_slow_statements_and_changes_of_the_schema_are_logged() -> None:
    values = parameters(made())
    assert values["log_statement"] == "ddl"
    assert values["log_min_duration_statement"] == "1000"
    assert server().inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]


@pytest.mark.parametrize(
    ("name", "given", "taken"),
    [
        ("work_mem", "64MB", "65536"),
        ("shared_buffers", "1GB", "131072"),
        ("max_wal_size", "2GB", "2048"),
        ("log_min_duration_statement", "0.5s", "500"),
        ("idle_in_transaction_session_timeout", "1min", "60000"),
        ("checkpoint_timeout", "900", "900"),
        ("log_lock_waits", "on", "1"),
        ("synchronous_commit", "off", "off"),
        ("timezone", "America/Santiago", "America/Santiago"),
    ],
)
def test_a_parameter_is_said_as_the_service_takes_it(name: str, given: str, taken: str) -> None:
    assert parameters(made(parameters={name: given}))[name] == taken


@pytest.mark.parametrize(("name", "given"), [("work_mem", "5s"), ("max_connections", "3GB"), ("my.own", "10min")])
def test_a_unit_that_a_parameter_has_not_is_refused(name: str, given: str) -> None:
    message = refused(parameters={name: given})
    assert message.startswith(f"Postgres 'db': parameters: given {name}={given!r}; RDS takes a plain number")


def test_what_counts_after_a_restart_alone_is_marked_so() -> None:
    listed = made(parameters={"max_connections": "300", "work_mem": "8MB"}).named("db-parameters").inputs["parameters"]
    methods = {it["name"]: it["applyMethod"] for it in listed}
    assert methods["max_connections"] == methods["shared_preload_libraries"] == "pending-reboot"
    assert methods["work_mem"] == methods["rds.force_ssl"] == "immediate"


@pytest.mark.parametrize("parameter", ["listen_addresses", "port", "ssl", "rds.force_ssl", "archive_command"])
def test_a_parameter_that_would_open_or_break_the_server_is_refused(parameter: str) -> None:
    assert f"parameters: given {parameter}='0'" in refused(parameters={parameter: "0"})


def test_a_parameter_group_goes_with_its_version() -> None:
    assert made(version="18").named("db-parameters").inputs["family"] == "postgres18"


# Extensions


def test_an_extensions_library_is_loaded_beside_those_that_were_asked_for() -> None:
    recording = made(extensions=["pgaudit", "pgcrypto"], parameters={"shared_preload_libraries": "auto_explain"})
    assert parameters(recording)["shared_preload_libraries"] == "pg_stat_statements,pgaudit,auto_explain"


def test_pg_cron_runs_in_the_one_database() -> None:
    values = parameters(made(extensions=["pg_cron"], databases=["jobs"]))
    assert values["cron.database_name"] == "jobs"
    assert "pg_cron" in values["shared_preload_libraries"]


def gaps(**arguments: Any) -> dict[str, str]:
    asked = spec.build(PostgresSpec, "Postgres", "db", arguments)
    return {str(gap): hint for gap, hint in postgres.gaps(asked).items()}


def test_what_rds_has_is_no_gap() -> None:
    everything = ["vector", "postgis", "uuid-ossp", "pg_stat_statements", "pg_cron", "pgaudit"]
    assert gaps(version="14", extensions=everything, pooling=Pooling(), high_availability=True, read_replicas=5) == {}


def test_what_rds_has_but_for_other_versions_is_a_gap_that_names_them() -> None:
    assert gaps(version="18", extensions=["plrust"]) == {
        "extension:plrust": "RDS has it for version 14, 15, 16, 17, not for 18"
    }


def test_pg_cron_for_several_databases_is_a_gap() -> None:
    assert "give it a Postgres of its own" in gaps(extensions=["pg_cron"], databases=["a", "b"])["extension:pg_cron"]


def test_what_rds_has_not_is_a_gap_with_a_way_out() -> None:
    assert "the target 'vps'" in gaps(extensions=["timescaledb"])["extension:timescaledb"]


# Replicas


def test_replicas_are_numbered_copies_in_the_network_that_nothing_protects() -> None:
    recording = made("production", read_replicas=2, max_storage_gb=200)
    copies = [it for it in recording.of_type(INSTANCE) if "replicateSourceDb" in it.inputs]
    assert [it.name for it in copies] == ["db-replica-1", "db-replica-2"]
    for copy in copies:
        assert copy.inputs["replicateSourceDb"] == recording.named("db-server").outputs["identifier"]
        assert copy.inputs["storageEncrypted"] is True
        assert "kmsKeyId" not in copy.inputs
        assert copy.inputs["maxAllocatedStorage"] == 200
        assert copy.inputs["skipFinalSnapshot"] is True
        assert copy.inputs["tags"]["component"] == "db"
        assert not copy.options.protect


def test_readers_use_a_replica_and_without_one_the_server() -> None:
    assert "db-replica." in made(read_replicas=1).named("db").outputs["reader_url"]
    alone = made().named("db").outputs
    assert alone["reader_url"] == alone["pooled_url"] == alone["url"]


# The endpoint


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


# The pooler


def test_the_pooler_logs_in_with_the_roles_secret_over_tls() -> None:
    recording = made(pooling=Pooling())
    pooler = recording.named("db-pooler").inputs
    assert pooler["requireTls"] is True
    (auth,) = pooler["auths"]
    assert auth["secretArn"] == recording.named("db-secret").outputs["arn"]
    assert auth["clientPasswordAuthType"] == "POSTGRES_SCRAM_SHA_256"
    assert "db-pooler-1a2b3c4.proxy-abc123" in recording.named("db").outputs["pooled_url"]


def test_the_pooler_may_read_that_secret_and_nothing_else() -> None:
    recording = made("production", pooling=Pooling())
    statements = json.loads(recording.named("db-pooler-rights").inputs["policy"])["Statement"]
    allowed = {statement["Action"]: statement["Resource"] for statement in statements}
    assert allowed == {
        "secretsmanager:GetSecretValue": recording.named("db-secret").outputs["arn"],
        "kms:Decrypt": recording.named("db-key").outputs["arn"],
    }


@pytest.mark.parametrize(
    ("arguments", "percent"),
    [
        ({"memory_gb": 4, "pooling": Pooling(max_connections=100)}, 23),
        ({"pooling": Pooling(max_connections=10_000)}, 100),
        ({"memory_gb": 512, "pooling": Pooling(max_connections=1)}, 1),
        ({"pooling": Pooling(max_connections=50), "parameters": {"max_connections": "200"}}, 25),
    ],
)
def test_the_pooler_takes_as_many_of_the_servers_connections_as_asked(arguments: dict[str, Any], percent: int) -> None:
    limits = made(**arguments).named("db-pooler-limits").inputs["connectionPoolConfig"]
    assert limits["maxConnectionsPercent"] == percent
    assert limits["maxIdleConnectionsPercent"] <= percent


def test_more_sessions_than_the_server_has_connections_are_refused() -> None:
    message = refused(pooling=Pooling(mode="session", max_connections=500))
    assert message.startswith(
        "Postgres 'db': pooling.max_connections: given 500 for mode='session'; db.t4g.micro takes"
    )
    assert "mode='transaction'" in message


# Other targets and providers


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

"""Postgres on Google Cloud: what Cloud SQL is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit import Backups, Pooling, Postgres
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.recording import Recording
from infra_kit.testing import record
from tests.unit.refusals import refusal

GCP = {"infra-kit:target": "gcp", "infra-kit:environment": "staging", "infra-kit:region": "europe-west1"}
PREVIEW = GCP | {"infra-kit:environment": "preview"}
DEVELOPMENT = GCP | {"infra-kit:environment": "development"}
PRODUCTION = GCP | {"infra-kit:environment": "production"}
SCRIPT = "gcp:sql/provisionScript:ProvisionScript"


def made(config: Mapping[str, Any] = GCP, **arguments: Any) -> Recording:
    return record(lambda: Postgres("db", **arguments), config=config)


def settings(config: Mapping[str, Any] = GCP, *, of: str = "db-server", **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = made(config, **arguments).named(of).inputs["settings"]
    return found


def refused(**arguments: Any) -> str:
    return refusal(lambda: Postgres("db", **arguments), SpecError, target="gcp", environment="staging")


def flags(**arguments: Any) -> dict[str, str]:
    return {flag["name"]: flag["value"] for flag in settings(**arguments)["databaseFlags"]}


# Who reaches it


@pytest.mark.parametrize("server", ["db-server", "db-replica-1"])
def test_it_has_a_private_address_and_takes_no_clear_text(server: str) -> None:
    addresses = settings(of=server, read_replicas=1)["ipConfiguration"]
    assert addresses == {
        "ipv4Enabled": False,
        "privateNetwork": "gcp-network-vpc-id",
        "sslMode": "ENCRYPTED_ONLY",
    }


def test_the_endpoint_is_the_primary_with_tls_and_its_certificate() -> None:
    recording = made()
    it = recording.named("db").outputs
    assert it["url"] == "postgresql://app:recorded-password@10.0.128.3:5432/app?sslmode=require"
    assert it["reader_url"] == it["pooled_url"] == it["url"]
    assert it["ca_certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert it["username"] == "app"


# How large it is


@pytest.mark.parametrize(
    ("config", "arguments", "tier", "edition"),
    [
        (GCP, {}, "db-g1-small", "ENTERPRISE"),
        (GCP, {"dedicated_cpu": True}, "db-custom-1-3840", "ENTERPRISE"),
        (PRODUCTION, {}, "db-custom-1-3840", "ENTERPRISE"),
        (GCP, {"storage_gb": 4000}, "db-custom-1-3840", "ENTERPRISE"),
        (GCP, {"max_storage_gb": 4000}, "db-custom-1-3840", "ENTERPRISE"),
        (GCP, {"cpu": 4, "memory_gb": 16}, "db-custom-4-16384", "ENTERPRISE"),
        (GCP, {"pooling": Pooling()}, "db-perf-optimized-N-2", "ENTERPRISE_PLUS"),
        (GCP, {"backups": Backups(retention_days=8)}, "db-perf-optimized-N-2", "ENTERPRISE_PLUS"),
        (GCP, {"backups": Backups(retention_days=8, point_in_time=False)}, "db-g1-small", "ENTERPRISE"),
        (GCP, {"cpu": 128, "memory_gb": 768}, "db-perf-optimized-N-128", "ENTERPRISE_PLUS"),
    ],
)
def test_the_cheapest_machine_and_edition_that_have_what_is_asked(
    config: Mapping[str, Any], arguments: Mapping[str, Any], tier: str, edition: str
) -> None:
    found = settings(config, **arguments)
    assert (found["tier"], found["edition"]) == (tier, edition)


def test_the_disk_is_what_was_asked_and_never_below_cloud_sqls_least() -> None:
    found = settings(storage_gb=50)
    assert (found["diskSize"], found["diskAutoresize"], found["diskType"]) == (50, False, "PD_SSD")
    assert settings(storage_gb=1)["diskSize"] == 10


def test_a_disk_that_grows_by_itself_has_a_limit_and_is_never_made_smaller_again() -> None:
    recording = made(storage_gb=50, max_storage_gb=200, read_replicas=1)
    for server in ("db-server", "db-replica-1"):
        it = recording.named(server)
        assert it.inputs["settings"]["diskAutoresize"] is True
        assert it.inputs["settings"]["diskAutoresizeLimit"] == 200
        assert "settings.diskSize" in it.options.ignore_changes
    assert "settings.diskSize" not in made(storage_gb=50).named("db-server").options.ignore_changes


# What survives


def test_production_keeps_a_week_of_any_moment_and_a_final_backup() -> None:
    found = settings(PRODUCTION)
    backups = found["backupConfiguration"]
    assert backups["backupRetentionSettings"]["retainedBackups"] == 7
    assert backups["pointInTimeRecoveryEnabled"] is True
    assert backups["transactionLogRetentionDays"] == 7
    assert backups["startTime"] == "03:00"
    assert found["finalBackupConfig"] == {"enabled": True, "retentionDays": 365}


def test_staging_has_a_daily_backup_and_a_final_one_and_a_preview_none() -> None:
    assert settings()["backupConfiguration"]["backupRetentionSettings"]["retainedBackups"] == 1
    assert settings()["backupConfiguration"]["pointInTimeRecoveryEnabled"] is False
    assert settings()["finalBackupConfig"] == {"enabled": True, "retentionDays": 30}
    for passing in (settings(PREVIEW), settings(DEVELOPMENT)):
        assert passing["backupConfiguration"] == passing["finalBackupConfig"] == {"enabled": False}


@pytest.mark.parametrize("asked", [{"high_availability": True}, {"read_replicas": 1}])
def test_copies_bring_the_backups_and_the_log_that_they_need(asked: Mapping[str, Any]) -> None:
    backups = settings(DEVELOPMENT, **asked)["backupConfiguration"]
    assert backups["enabled"] is True
    assert backups["pointInTimeRecoveryEnabled"] is True


def test_high_availability_is_regional() -> None:
    assert settings(high_availability=True)["availabilityType"] == "REGIONAL"
    assert settings()["availabilityType"] == "ZONAL"


def test_production_is_protected_by_pulumi_the_provider_and_google() -> None:
    instance = made(PRODUCTION).named("db-server")
    assert instance.options.protect
    assert instance.inputs["deletionProtection"] is True
    assert instance.inputs["settings"]["deletionProtectionEnabled"] is True


def test_elsewhere_the_providers_own_protection_is_off() -> None:
    instance = made(read_replicas=1)
    assert instance.named("db-server").inputs["deletionProtection"] is False
    assert instance.named("db-replica-1").inputs["deletionProtection"] is False


def test_a_database_is_not_dropped_before_the_final_backup() -> None:
    assert made().named("db-database-app").options.retain_on_delete
    assert not made(DEVELOPMENT).named("db-database-app").options.retain_on_delete


def test_production_has_a_key_that_cloud_sqls_agent_may_use_first() -> None:
    recording = made(PRODUCTION, read_replicas=1)
    instance = recording.named("db-server")
    assert instance.inputs["encryptionKeyName"] == "db-key-id"
    assert recording.named("db-key-grant").urn in instance.options.depends_on
    assert recording.named("db-key-agent").inputs["service"] == "sqladmin.googleapis.com"
    assert recording.named("db-key").inputs["rotationPeriod"] == "7776000s"
    assert recording.named("db-key").options.retain_on_delete
    assert not made().of_type("gcp:kms/cryptoKey:CryptoKey")


# Replicas, pooler, parameters


def test_a_replica_copies_the_primary_and_serves_the_reader_url() -> None:
    recording = made(read_replicas=2)
    replica = recording.named("db-replica-2").inputs
    assert replica["masterInstanceName"] == "recorded-server"
    assert replica["instanceType"] == "READ_REPLICA_INSTANCE"
    assert "backupConfiguration" not in replica["settings"]
    endpoint = recording.named("db").outputs
    assert "@10.0.128.4:5432/" in endpoint["reader_url"]
    assert endpoint["reader_urls"] == [endpoint["reader_url"]] * 2  # the recording knows one address for them
    assert "reader_urls" in recording.named("db").secret_outputs


def test_without_replicas_readers_use_the_primary() -> None:
    endpoint = made().named("db").outputs
    assert endpoint["reader_urls"] == [endpoint["url"]]


def test_a_server_that_stands_keeps_the_key_that_it_was_made_with() -> None:
    assert "encryptionKeyName" in made().named("db-server").options.ignore_changes


def test_queries_are_watched_in_production() -> None:
    assert settings(PRODUCTION)["insightsConfig"]["queryInsightsEnabled"] is True
    assert settings()["insightsConfig"]["queryInsightsEnabled"] is False


def test_the_pooler_is_cloud_sqls_own() -> None:
    recording = made(pooling=Pooling(mode="session", max_connections=300))
    (pool,) = recording.named("db-server").inputs["settings"]["connectionPoolConfigs"]
    assert pool["connectionPoolingEnabled"] is True
    assert {flag["name"]: flag["value"] for flag in pool["flags"]} == {
        "max_client_connections": "300",
        "pool_mode": "session",
    }
    assert "@10.0.128.3:6432/" in recording.named("db").outputs["pooled_url"]
    assert "@10.0.128.3:5432/" in recording.named("db").outputs["url"]


def test_the_log_is_what_the_benchmark_asks_for_unless_the_user_says_otherwise() -> None:
    assert flags()["cloudsql.enable_pgaudit"] == "on"
    assert flags()["log_min_duration_statement"] == "-1"
    asked = flags(parameters={"log_min_duration_statement": "500", "work_mem": "16384"})
    assert asked["log_min_duration_statement"] == "500"
    assert asked["work_mem"] == "16384"


def test_a_parameter_is_said_as_cloud_sql_takes_it() -> None:
    """It refuses PostgreSQL's own spelling, and that only in the middle of an update."""
    asked = flags(
        parameters={"work_mem": "64MB", "lock_timeout": "1min", "autovacuum": "true", "wal_compression": "on"}
    )
    assert asked["work_mem"] == "65536"
    assert asked["lock_timeout"] == "60000"
    assert asked["autovacuum"] == "on"


def test_a_unit_that_a_parameter_has_not_is_refused() -> None:
    message = refused(parameters={"work_mem": "5s"})
    assert message.startswith("Postgres 'db': parameters: given work_mem='5s'; Cloud SQL takes a plain number")


@pytest.mark.parametrize("parameter", ["listen_addresses", "port", "wal_level", "shared_preload_libraries"])
def test_a_parameter_that_would_open_or_break_the_server_is_refused(parameter: str) -> None:
    message = refused(parameters={parameter: "0"})
    assert f"parameters: given {parameter}='0', which Cloud SQL or infra-kit decides itself" in message


# What is inside


def test_databases_have_the_names_that_were_asked() -> None:
    recording = made(databases=["app", "second"])
    databases = {it.name: it.inputs["name"] for it in recording.of_type("gcp:sql/database:Database")}
    assert databases == {"db-database-app": "app", "db-database-second": "second"}


def test_an_extension_that_is_not_offered_is_a_gap_with_a_way_out() -> None:
    text = refusal(
        lambda: Postgres("db", extensions=["timescaledb"]), UnsupportedFeatureError, target="gcp", environment="staging"
    )
    assert "extension:timescaledb: Cloud SQL does not offer it" in text
    assert "let the first migration run CREATE EXTENSION" in text

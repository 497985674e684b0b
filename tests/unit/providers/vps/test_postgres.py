"""Postgres on a VPS: what runs, what is told to it, and where its backups go."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from infra_kit import Backups, Environment, Pooling, Postgres, Target, features
from infra_kit.components.postgres import PostgresSpec
from infra_kit.errors import SpecError, UnsupportedFeatureError
from infra_kit.providers.vps import images, postgres_conf, postgres_sql
from infra_kit.providers.vps import postgres as driver
from infra_kit.providers.vps.settings import BackupStore, HostSize, VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")
STORE = BackupStore(
    endpoint="https://s3.example.com:9443",
    bucket="backups",
    access_key="the-access-key",
    secret_key=SecretStr("the-secret-key"),
    passphrase=SecretStr("the-passphrase"),
)
STORED = HOST.model_copy(update={"backups": STORE})


def database(
    environment: Environment = Environment.DEVELOPMENT, settings: VpsSettings = STORED, **asked: Any
) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=settings)
    return record(lambda: Postgres("db", target=target, **asked))


def files(made: Recording, role: str) -> dict[str, str]:
    uploads = made.named(f"db-{role}-files").inputs["uploads"]
    return {upload["file"].rpartition("/")[2]: upload["content"] for upload in uploads}


def test_the_server_is_the_pinned_image_of_its_version_on_the_data_network_alone() -> None:
    made = database(version="16")
    server = made.named("db-server").inputs
    assert made.named("db-image").inputs["name"] == images.POSTGRES["16"].reference
    assert server["image"] == made.named("db-image").outputs["imageId"]
    assert [network["name"] for network in server["networksAdvanced"]] == [
        made.named("vps-network-data").outputs["name"]
    ]
    assert "ports" not in server
    assert made.named("db").outputs["url"] == "postgresql://app:recorded-password@db-server:5432/app"


@pytest.mark.parametrize(("version", "folder"), [("17", "/var/lib/postgresql/data"), ("18", "/var/lib/postgresql")])
def test_the_data_stands_at_one_place_of_the_volume_whatever_the_version(version: str, folder: str) -> None:
    server = database(version=version).named("db-server").inputs
    assert {mount["containerPath"] for mount in server["volumes"] if "containerPath" in mount} == {folder}
    assert f"PGDATA={folder}/pgdata" in server["envs"]


def test_memory_and_cpus_are_what_was_asked_and_a_quarter_caches_data() -> None:
    made = database(memory_gb=4, cpu=2)
    server = made.named("db-server").inputs
    assert (server["memory"], server["memorySwap"], server["cpus"]) == (4096, 4096, "2.0")
    assert "shared_buffers = '1024MB'" in files(made, "server")["postgresql.conf"]


def test_no_password_is_in_an_argument_or_an_environment_variable() -> None:
    made = database(read_replicas=1, pooling=Pooling(), backups=Backups())
    for resource in made.resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert not any(secret in str(clear) for secret in ("recorded-password", "the-secret-key", "the-passphrase")), (
            resource.name
        )
    assert made.named("db-settings").secret_inputs == {"stdin"}


def test_roles_databases_and_extensions_are_made_by_psql_once_the_server_is_well() -> None:
    made = database(databases=["app", "second"], extensions=["vector"])
    settings = made.named("db-settings")
    assert made.named("db-server-ready").urn in settings.options.depends_on
    assert settings.inputs["create"].startswith("docker exec --interactive db-server-id psql ")
    assert settings.inputs["stdin"].count('CREATE EXTENSION IF NOT EXISTS "vector" CASCADE;') == 2
    assert 'CREATE DATABASE "second" OWNER app' in settings.inputs["stdin"]
    assert settings.inputs["stdin"].startswith("SET log_statement = 'none';")


def test_a_replica_follows_by_its_own_slot_and_serves_reads() -> None:
    made = database(read_replicas=2)
    replica = made.named("db-replica-2").inputs
    assert replica["command"] == ["replica_2", "db-server"]
    assert "primary_slot_name = 'replica_2'" in files(made, "replica-2")["postgresql.conf"]
    assert files(made, "replica-2")["pgpass"] == "*:*:*:replicator:recorded-password\n"
    assert "@db-replica-1:5432/" in made.named("db").outputs["reader_url"]
    # Its data is a copy: a volume of the container's own, which goes with it.
    assert {"containerPath": "/var/lib/postgresql/data", "readOnly": False} in replica["volumes"]


def test_the_application_owns_its_databases_and_makes_neither_roles_nor_databases() -> None:
    sql = postgres_sql.settings(PostgresSpec(), "one", "two")
    assert "ALTER ROLE app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD 'one';" in sql
    assert "'CREATE DATABASE \"app\" OWNER app'" in sql


def test_a_replica_that_stays_away_does_not_fill_the_primarys_disk() -> None:
    assert "max_slot_wal_keep_size = '1GB'\n" in files(database(read_replicas=1), "server")["postgresql.conf"]


def test_every_reader_has_a_url_in_their_order() -> None:
    assert [url.partition("@")[2] for url in database(read_replicas=2).named("db").outputs["reader_urls"]] == [
        "db-replica-1:5432/app",
        "db-replica-2:5432/app",
    ]
    alone = database().named("db").outputs
    assert alone["reader_urls"] == [alone["url"]]


def test_a_replica_that_goes_takes_its_slot_along_once_its_container_is_gone() -> None:
    made = database(read_replicas=2)
    slot = made.named("db-replica-2-slot")
    assert "CONTAINER=db-server\n" in slot.inputs["delete"]
    assert "SLOT=replica_2\n" in slot.inputs["delete"]
    assert slot.urn in made.named("db-replica-2").options.depends_on
    assert made.named("db-settings").inputs["stdin"] == database().named("db-settings").inputs["stdin"]


def test_the_pooler_is_pgbouncer_with_scram_before_the_server() -> None:
    made = database(pooling=Pooling(mode="session", max_connections=250), databases=["app", "second"])
    ini = files(made, "pooler")["pgbouncer.ini"].splitlines()
    assert {"pool_mode = session", "max_client_conn = 250", "auth_type = scram-sha-256"} <= set(ini)
    assert "second = host=db-server port=5432 dbname=second" in ini
    assert made.named("db").outputs["pooled_url"].endswith("@db-pooler:6432/app")


def test_the_pooler_leaves_room_for_migrations_and_replicas_however_many_roles_and_databases_there_are() -> None:
    made = database(pooling=Pooling(), databases=["app", "second", "third"])
    ini = dict(line.split(" = ") for line in files(made, "pooler")["pgbouncer.ini"].splitlines() if line[0] != "[")
    assert int(ini["max_db_connections"]) * 3 <= postgres_conf.MAX_CONNECTIONS - 20


def test_the_superuser_is_not_reached_over_the_network() -> None:
    rules = [line.split() for line in files(database(), "server")["pg_hba.conf"].splitlines() if line[0] != "#"]
    assert rules[0] == ["local", "all", "postgres", "peer"]
    assert rules[1] == ["host", "all", "postgres", "all", "reject"]
    assert all(rule[-1] == "scram-sha-256" for rule in rules[2:])


# Backups


def test_production_archives_its_log_and_makes_daily_backups_to_the_store() -> None:
    made = database(Environment.PRODUCTION)
    conf = files(made, "backup")["pgbackrest.conf"].splitlines()
    assert {
        "repo1-s3-endpoint=s3.example.com",
        "repo1-storage-port=9443",
        "repo1-s3-key-secret=the-secret-key",
        "repo1-cipher-pass=the-passphrase",
        "repo1-retention-full-type=time",
        "repo1-retention-full=7",
        "repo1-path=/shop/production/db-c0c0c0c0",
        "pg1-path=/var/lib/postgresql/data/pgdata",
    } <= set(conf)
    assert not any(line.startswith("repo1-retention-archive") for line in conf)
    server = files(made, "server")["postgresql.conf"]
    assert "archive_mode = 'on'" in server
    assert "archive_timeout = '60'" in server
    assert made.named("db-backup").inputs["command"] == ["03:00", "04:00"]


def test_the_backup_reads_the_data_and_only_the_archive_may_take_segments_out() -> None:
    made = database(backups=Backups())
    volume = made.named("db-data").outputs["name"]
    mounts = {
        role: {
            mount["readOnly"]
            for mount in made.named(f"db-{role}").inputs["volumes"]
            if mount.get("volumeName") == volume and mount["containerPath"] == "/var/lib/postgresql/data"
        }
        for role in ("archive", "backup")
    }
    assert mounts["archive"] == {False}
    assert True in mounts["backup"]


def test_without_point_in_time_the_log_is_kept_for_the_backups_only() -> None:
    conf = files(database(backups=Backups(point_in_time=False)), "backup")["pgbackrest.conf"]
    assert "repo1-retention-archive-type=full\nrepo1-retention-archive=1\n" in conf


def test_a_host_without_a_store_refuses_backups_and_says_how_to_name_one() -> None:
    with pytest.raises(SpecError, match=r"Postgres 'db': backups: .*infra-kit:vps: \{backups:"):
        database(Environment.PRODUCTION, HOST)


def test_without_backups_nothing_is_archived() -> None:
    made = database(settings=HOST)
    assert "archive_mode" not in files(made, "server")["postgresql.conf"]
    assert not [resource for resource in made.resources if "backup" in resource.name]


# What is looked at first


def test_the_data_is_looked_at_before_anything_is_replaced() -> None:
    made = database(version="16", storage_gb=50)
    check = made.named("db-check")
    assert check.inputs["stdin"].startswith("NAME=db VERSION=16 STORAGE_GB=50 IMAGE=")
    assert made.named("db-data").urn in check.options.depends_on
    assert check.urn in made.named("db-server").options.depends_on


# What is protected, what is refused


def test_the_data_is_protected_and_kept_in_production_only() -> None:
    production = database(Environment.PRODUCTION).named("db-data").options
    staging = database(Environment.STAGING).named("db-data").options
    assert (production.protect, production.retain_on_delete) == (True, True)
    assert (staging.protect, staging.retain_on_delete) == (False, True)


@pytest.mark.parametrize("parameter", ["listen_addresses", "archive_command", "ssl", "shared_preload_libraries"])
def test_a_parameter_that_the_target_decides_is_refused(parameter: str) -> None:
    with pytest.raises(SpecError, match=f"parameters: given {parameter}='x'"):
        database(parameters={parameter: "x"})


def test_a_parameter_with_a_quote_stays_one_value() -> None:
    conf = postgres_conf.server(PostgresSpec(parameters={"application_name": "it's"}))
    assert "application_name = 'it''s'\n" in conf


def test_dedicated_cpus_are_the_hosts_matter() -> None:
    with pytest.raises(UnsupportedFeatureError, match=r"dedicated-cpu: the host is not known .*rent one that has"):
        database(dedicated_cpu=True)
    size = HostSize(cpu=4, memory_gb=8, disk_gb=80, dedicated_cpu=True)
    assert database(settings=HOST.model_copy(update={"size": size}), dedicated_cpu=True).named("db-server")


def test_gaps_have_ways_out() -> None:
    found = gaps(driver, PostgresSpec(high_availability=True, extensions=["postgis"]))
    assert set(found) == {features.HIGH_AVAILABILITY, features.extension("postgis")}

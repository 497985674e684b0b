"""Redis on a VPS: what runs, and what is told to it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from infra_kit import Environment, Redis, Target, features
from infra_kit.components.redis import RedisSpec
from infra_kit.providers.vps import images
from infra_kit.providers.vps import redis as driver
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.unit.lacking import gaps

HOST = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", user="deploy")


def cache(environment: Environment = Environment.STAGING, **asked: Any) -> Recording:
    target = Target(name="vps", app="shop", environment=environment, settings=HOST)
    return record(lambda: Redis("cache", target=target, **asked))


def conf(made: Recording, role: str = "server") -> list[str]:
    uploads = made.named(f"cache-{role}-files").inputs["uploads"]
    (text,) = [upload["content"] for upload in uploads if upload["file"].endswith("valkey.conf")]
    return str(text).splitlines()


def test_it_is_reached_by_its_name_with_a_password() -> None:
    made = cache()
    assert made.named("cache").outputs["url"] == "redis://default:recorded-password@cache-server:6379/0"
    assert made.named("cache").outputs["tls"] is False
    assert "ports" not in made.named("cache-server").inputs


def test_passwords_stand_in_its_configuration_as_digests() -> None:
    made = cache()
    digest = f"#{sha256(b'recorded-password').hexdigest()}"
    users = [line.split() for line in conf(made) if line.startswith("user ")]
    assert [user[1] for user in users] == ["admin", "default", "health"]
    assert all(digest in user for user in users[:2])
    assert "-config" in users[1]
    assert users[2][2:] == ["on", "nopass", "resetkeys", "resetchannels", "-@all", "+ping"]
    assert "recorded-password" not in "\n".join(conf(made))


def test_no_password_is_in_an_argument() -> None:
    for resource in cache(replicas=1).resources:
        clear = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert "recorded-password" not in str(clear), resource.name


def test_memory_for_data_is_what_was_asked_and_the_container_has_more() -> None:
    made = cache(memory_gb=2, eviction="noeviction", databases=4)
    assert {"maxmemory 2147483648", "maxmemory-policy noeviction", "databases 4"} <= set(conf(made))
    assert made.named("cache-server").inputs["memory"] == 3136


@pytest.mark.parametrize(("asked", "told", "stop"), [(True, "yes", "default"), (False, "no", "save")])
def test_data_survives_a_restart_by_a_log_or_is_handed_over_in_a_dump(asked: bool, told: str, stop: str) -> None:
    made = cache(persistence=asked)
    assert made.named("cache-server").inputs["command"] == [told]
    assert f"shutdown-on-sigterm {stop}" in conf(made)


def test_a_replica_follows_the_server_and_holds_no_data_of_its_own() -> None:
    made = cache(replicas=1, persistence=True)
    assert {"replicaof cache-server 6379", "masteruser admin"} <= set(conf(made, "replica-1"))
    assert made.named("cache-replica-1").inputs["command"] == ["no"]
    assert {"containerPath": "/data", "readOnly": False} in made.named("cache-replica-1").inputs["volumes"]
    assert "@cache-replica-1:6379/" in made.named("cache").outputs["reader_url"]


def test_every_replica_is_told_and_without_one_the_server_is() -> None:
    it, alone = cache(replicas=2).named("cache"), cache().named("cache").outputs
    assert [url.partition("@")[2] for url in it.outputs["reader_urls"]] == [
        "cache-replica-1:6379/0",
        "cache-replica-2:6379/0",
    ]
    assert alone["reader_urls"] == [alone["url"]]


@pytest.mark.parametrize(("version", "image"), [("7", "8"), ("8", "8"), ("9", "9")])
def test_a_version_is_the_least_that_runs(version: str, image: str) -> None:
    assert cache(version=version).named("cache-image").inputs["name"] == images.VALKEY[image].reference


def test_high_availability_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, RedisSpec(high_availability=True, replicas=1))
    assert "set high_availability=False" in found[features.HIGH_AVAILABILITY]


@pytest.mark.parametrize("persistence", [True, False])
def test_production_is_told_that_no_copy_of_what_persists_leaves_the_host(persistence: bool) -> None:
    warnings = "\n".join(cache(Environment.PRODUCTION, persistence=persistence).warnings)

    assert ("what it persists has no copy away from the host" in warnings) == persistence

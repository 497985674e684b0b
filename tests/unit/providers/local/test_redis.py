"""The local half of Redis, as far as it needs no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit import features
from infra_kit._dynamic import Props
from infra_kit.components.redis import RedisSpec, Version
from infra_kit.providers.local import redis as driver
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.servers import redis_conf
from tests.unit.lacking import gaps

PRIMARY: Props = {"memory_gb": 0.5, "eviction": "volatile-lru", "databases": 16.0, "persistence": True}
REPLICA: Props = {**PRIMARY, "persistence": False, "primary": "cache", "primary_port": 6000.0}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, "test", "cache")


@pytest.fixture
def record(box: Box) -> Record:
    return box.open("local/redis", 1, ("admin", "password"), None)


def lines(box: Box, record: Record, props: Props) -> list[str]:
    return redis_conf.write(box, record, props).read_text().splitlines()


def test_high_availability_is_a_gap_with_a_way_out() -> None:
    found = gaps(driver, RedisSpec(high_availability=True, replicas=1))
    assert set(found) == {features.HIGH_AVAILABILITY}
    assert "set high_availability=False" in found[features.HIGH_AVAILABILITY]


@pytest.mark.parametrize("version", ["7", "8", "9"])
def test_every_version_replicas_and_persistence_are_there(version: Version) -> None:
    assert gaps(driver, RedisSpec(version=version, replicas=2, persistence=True)) == {}


def test_memory_is_written_in_bytes_and_numbers_of_the_engine_without_a_fraction(box: Box, record: Record) -> None:
    written = lines(box, record, PRIMARY)
    assert f"maxmemory {512 * 2**20}" in written
    assert "databases 16" in written


def test_a_primarys_file_holds_no_password_in_clear(box: Box, record: Record) -> None:
    text = "\n".join(lines(box, record, PRIMARY))
    assert not [secret for secret in record.secrets.values() if secret in text]


def test_a_replica_asks_its_primary_as_the_administrator(box: Box, record: Record) -> None:
    written = lines(box, record, REPLICA)
    assert "replicaof 127.0.0.1 6000" in written
    assert f"masterauth {record.secrets['admin']}" in written


def test_a_fresh_server_begins_with_a_log_if_it_is_persistent(box: Box, record: Record) -> None:
    assert "appendonly yes" in lines(box, record, PRIMARY)
    assert "appendonly no" in lines(box, record, {**PRIMARY, "persistence": False})


def test_a_server_begins_with_what_is_on_its_disk_whatever_is_asked_now(box: Box, record: Record) -> None:
    redis_conf.dump(box).touch()
    assert "appendonly no" in lines(box, record, PRIMARY)
    redis_conf.log(box).mkdir()
    (redis_conf.log(box) / "appendonly.aof.manifest").touch()
    assert "appendonly yes" in lines(box, record, {**PRIMARY, "persistence": False})


def test_only_what_would_be_lost_is_handed_over_at_an_orderly_stop() -> None:
    stops = [redis_conf.changeable(props)["shutdown-on-sigterm"] for props in (PRIMARY, REPLICA)]
    assert stops == ["default", "default"]
    assert redis_conf.changeable({**PRIMARY, "persistence": False})["shutdown-on-sigterm"] == "save"

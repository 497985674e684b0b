"""What a host has room for: what does not fit together is refused with figures."""

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Environment, EventBus, Postgres, Redis, Stream, Target
from infra_kit.errors import SpecError
from infra_kit.providers.vps.settings import HostSize, VpsSettings
from infra_kit.testing import Recording, record

SIZE = HostSize(cpu=2, memory_gb=4, disk_gb=80)


def on(size: HostSize | None, **arguments: Any) -> Recording:
    settings = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", size=size)
    target = Target(name="vps", environment=Environment.DEVELOPMENT, settings=settings)

    def program() -> None:
        Redis("cache", target=target, memory_gb=1)
        EventBus("bus", target=target, streams={"LEADS": Stream(subjects=["lead.*"], max_size_gb=10)})
        Postgres("db", target=target, read_replicas=1, **{"memory_gb": 1, "storage_gb": 20, "cpu": 1, **arguments})

    return record(program)


def test_what_fits_is_made() -> None:
    assert on(SIZE, memory_gb=0.75, storage_gb=35, cpu=2).named("db-server")


def test_memory_is_what_all_containers_may_use_together() -> None:
    listed = r"cache-server 1\.5625, bus-server 0\.5, db-server 1, db-replica-1 1\."
    with pytest.raises(SpecError, match=rf"Postgres 'db': memory_gb: the host .* has 4 GiB, .* to 4\.0625: {listed}"):
        on(SIZE)


def test_a_disk_is_shared_by_databases_their_copies_and_streams() -> None:
    with pytest.raises(SpecError, match=r"storage_gb: .* has 80 GiB, .* comes to 90: bus-data 10, db-data 80\."):
        on(SIZE, memory_gb=0.5, storage_gb=40)


def test_a_disk_holds_what_a_database_may_grow_to() -> None:
    with pytest.raises(SpecError, match=r"storage_gb: .* has 80 GiB, .* comes to 90: bus-data 10, db-data 80\."):
        on(SIZE, memory_gb=0.5, max_storage_gb=40)


def test_a_limit_that_nothing_holds_is_said_in_the_plan() -> None:
    said = on(SIZE, memory_gb=0.5, max_storage_gb=30).warnings
    assert [line for line in said if "max_storage_gb: nothing stops it at 30 GiB" in line and "vps-1" in line]
    assert not [line for line in on(SIZE, memory_gb=0.5).warnings if "max_storage_gb" in line]


def test_no_container_has_more_cpus_than_the_host() -> None:
    with pytest.raises(SpecError, match=r"cpu: db-server may use 4, and the host vps-1\.example\.com has 2\."):
        on(SIZE, memory_gb=0.5, cpu=4)


def test_of_a_host_of_unknown_size_nothing_is_refused() -> None:
    assert on(None, memory_gb=64, storage_gb=4000, cpu=32).named("db-server")

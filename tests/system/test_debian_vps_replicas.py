"""Replicas of a Postgres on a VPS and their slots, as PostgreSQL 17 and 18 each treat a slot that lost its log.

Needs root (or sudo) and the packages `postgresql` and `iproute2`: PostgreSQL is that of the wheels, but for psql, which
looks for the server's socket elsewhere there.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from infra_kit import Environment, Postgres, Target
from infra_kit.providers.local import postgres_builds
from infra_kit.providers.vps.settings import VpsSettings
from infra_kit.testing import Recording, record
from tests.system.linked_host import PASSWORD, step, take_back
from tests.system.recorded_containers import Host, sh

SETTINGS = VpsSettings(host="vps-1.example.com", host_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKey", bootstrap=False)
HANGS = "hangs"
"""The file in the host's folder that lets no copy end: all is there by then."""
COPIES = """#!/bin/sh
{wheel}/pg_basebackup "$@" || exit
test ! -e {hangs} || {{ echo all is there; exec sleep infinity; }}
"""
KEEPS_LITTLE = {"max_slot_wal_keep_size = '1GB'": "max_slot_wal_keep_size = '16MB'"}


def recording(version: Literal["17", "18"]) -> Recording:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=SETTINGS)
        Postgres("db", target=target, version=version, memory_gb=0.25, read_replicas=2)

    return record(program)


@pytest.fixture(params=["17", "18"], scope="module")
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))
    folder.chmod(0o755)
    program = Path(postgres_builds.require(request.param, ()).program("postgres"))
    package = program.parents[2]
    # Containers have a /tmp of their own, and this clone may stand in it. Its libraries are found beside the package.
    for part in package.parent.glob(f"{package.name}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, folder / "packages" / part.name, symlinks=True)
    wheel = folder / "packages" / program.parent.relative_to(package.parent)
    (folder / "programs").mkdir()
    (folder / "programs" / "psql").symlink_to("/usr/bin/psql")
    names = ("db-server", "db-replica-1", "db-replica-2")
    (folder / "programs" / "pg_basebackup").write_text(COPIES.format(wheel=wheel, hangs=folder / HANGS))
    (folder / "programs" / "pg_basebackup").chmod(0o755)
    it = Host(folder, recording(request.param), names, programs=f"{folder}/programs:{wheel}")
    make = 'test -s "$PGDATA/PG_VERSION" || initdb --username postgres --pwfile "$POSTGRES_PASSWORD_FILE" >/dev/null'
    try:
        serve = ["sh", "-c", f'{make}; exec "$@"', "sh", *it.container("db-server")["command"]]
        it.start("db-server", serve, replaced=KEEPS_LITTLE)
        it.until_well("db-server")
        step(it, "db-settings")
        yield it
    finally:
        it.end()
        sh("rm", "-rf", str(folder))


def begin(host: Host, name: str, *, volume: str) -> Path:
    """Starts a replica; returns its volume."""
    given = host.container(name)
    path = next(it["containerPath"] for it in given["volumes"] if "containerPath" in it)
    host.start(name, [*given["entrypoints"], *given["command"]], volumes={path: volume})
    return host.folder / volume


def follow(host: Host, name: str, *, volume: str) -> None:
    """Starts a replica, and waits until it has what the primary has just been given."""
    begin(host, name, volume=volume)
    host.until_well(name)
    ask(host, "SELECT pg_logical_emit_message(true, 'x', 'x')")
    seen = f"SELECT pg_last_wal_replay_lsn() >= '{ask(host, 'SELECT pg_current_wal_lsn()')}'"
    host.until(name, ["sh", "-c", f'test "$(psql -U postgres -Atc "{seen}")" = t'])


def ask(host: Host, question: str, *, of: str = "db-server") -> str:
    return host.run(of, "psql", "-U", "postgres", "-Atc", question).strip()


def lose_the_log(host: Host, slot: str) -> None:
    for _ in range(4):
        ask(host, "SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")
    ask(host, "CHECKPOINT")
    assert ask(host, f"SELECT wal_status FROM pg_replication_slots WHERE slot_name = '{slot}'") == "lost"  # noqa: S608


def test_a_replica_that_missed_more_than_the_log_that_is_kept_is_copied_anew(host: Host) -> None:
    follow(host, "db-replica-1", volume="first")
    for volume in ("first", "replaced"):
        host.stop("db-replica-1")
        lose_the_log(host, "replica_1")
        follow(host, "db-replica-1", volume=volume)
        assert ask(host, "SELECT wal_status FROM pg_replication_slots") == "reserved"
    host.stop("db-replica-1")


def test_a_replica_that_goes_takes_its_slot_along_and_may_come_again(host: Host) -> None:
    for volume in ("second", "again"):
        follow(host, "db-replica-2", volume=volume)
        host.stop("db-replica-2")
        use(host, "replica_2")
        for _ in range(2):
            take_back(host, "db-replica-2-slot")
        assert ask(host, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'replica_2'") == "0"


def test_a_copy_that_was_cut_off_is_made_anew_and_follows(host: Host) -> None:
    (host.folder / HANGS).touch()
    volume = begin(host, "db-replica-2", volume="cut")
    host.wait("db-replica-2", lambda: "all is there" in host.log("db-replica-2"), seconds=60)
    host.cut_off("db-replica-2")
    (host.folder / HANGS).unlink()
    assert sh("find", str(volume), "-name", "PG_VERSION")
    follow(host, "db-replica-2", volume="cut")
    assert ask(host, "SELECT pg_is_in_recovery()", of="db-replica-2") == "t"
    end(host)


def test_a_replica_that_was_promoted_keeps_what_it_was_given_since(host: Host) -> None:
    follow(host, "db-replica-2", volume="promoted")
    ask(host, "SELECT pg_promote()", of="db-replica-2")
    ask(host, "CREATE TABLE since AS SELECT 1 AS it", of="db-replica-2")
    host.stop("db-replica-2")
    lose_the_log(host, "replica_2")
    begin(host, "db-replica-2", volume="promoted")
    host.until_well("db-replica-2")
    assert ask(host, "SELECT it FROM since", of="db-replica-2") == "1"
    end(host)


def end(host: Host) -> None:
    host.stop("db-replica-2")
    take_back(host, "db-replica-2-slot")


def use(host: Host, slot: str) -> None:
    """As it is while the server has not noticed that the replica is gone."""
    stays = f"pg_receivewal --no-loop --host db-server --username replicator --slot {slot} --directory $(mktemp -d)"
    host.run("db-server", "sh", "-c", f"PGPASSWORD={PASSWORD} {stays} >/tmp/log 2>&1 &")
    active = f"SELECT active FROM pg_replication_slots WHERE slot_name = '{slot}'"  # noqa: S608
    host.until("db-server", ["sh", "-c", f'test "$(psql -U postgres -Atc "{active}")" = t'])

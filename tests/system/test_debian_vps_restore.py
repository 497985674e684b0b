"""`infra-kit restore` on a VPS: what it runs there, on a Docker of the test's own, with Debian's pgBackRest and
PostgreSQL.

Needs root (or sudo) and the packages `docker.io`, `busybox-static`, `postgresql-15` and `pgbackrest`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra_kit import Backup, Backups, Environment, Postgres, Target
from infra_kit.providers.vps import by_hand
from infra_kit.testing import Resource
from tests.awaiting import until
from tests.system import postgres_image
from tests.system.docker_daemon import Docker, daemon
from tests.system.recorded_docker import Stack
from tests.system.test_debian_vps_postgres import HOST

DATA = "/var/lib/postgresql/data"


class Made(Stack):
    """Without the server's own backups, which go to a bucket that is nowhere."""

    def _make(self, it: Resource) -> None:
        if not it.name.startswith(("db-archive", "db-backup")):
            super()._make(it)


def program() -> None:
    target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)
    db = Postgres("db", target=target, version="15", memory_gb=postgres_image.MEMORY_GB, backups=Backups())
    Backup("safe", target=target, of=[db])


@dataclass
class Kept:
    """A server, and copies of it on the host."""

    docker: Docker
    server: str
    copier: str
    archiver: str

    def ask(self, sql: str, container: str = "", *, check: bool = True) -> str:
        asked = ["exec", container or self.server, "psql", "-U", "postgres", "-d", "app", "-Atc", sql]
        return self.docker(*asked, check=check)

    def entries(self, container: str = "", *, check: bool = True) -> str:
        return self.ask("SELECT string_agg(entry, ' ' ORDER BY id) FROM ledger", container, check=check)

    def write(self, entry: str) -> str:
        """Returns a moment between it and what is written next, when the log until then is with the copies."""
        self.ask(f"INSERT INTO ledger (entry) VALUES ('{entry}')")  # noqa: S608  a word of the test's own
        moment = self.ask("SELECT clock_timestamp()::timestamp(6)")
        segment = self.ask("SELECT pg_walfile_name(pg_switch_wal()) FROM pg_current_xact_id()")
        stored = f'find /repository -name "{segment}-*" | grep -q .'
        until(lambda: self.docker.run(["docker", "exec", self.copier, "sh", "-c", stored]).returncode == 0, 180, str)
        return moment

    def copy(self) -> None:
        self.docker("exec", self.copier, "sh", "/run/infra-kit/copy.sh")

    def beside(self, name: str, moment: str = "") -> subprocess.CompletedProcess[bytes]:
        asked = {"KIND": "postgres", "COPIES": "safe-db-backup", "SERVER": "db-server", "BUCKET": "", "INTO": name}
        return self.docker.script("beside.sh", **asked, FOLDER=DATA, MOMENT=moment)

    def over(self, aside: str, moment: str) -> subprocess.CompletedProcess[bytes]:
        asked = {"COPIES": self.copier, "SERVER": self.server, "ASIDE": aside}
        return self.docker.script("postgres_over.sh", **asked, FOLDER=DATA, MOMENT=moment)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("docker")
    with daemon(folder) as docker:
        postgres_image.make(docker, folder)
        stack = Made(docker, {"": postgres_image.TAG})
        stack.up(program)
        it = Kept(docker, stack.id("db-server"), stack.id("safe-db-backup"), stack.id("safe-db-archive"))
        it.ask("CREATE TABLE ledger (id serial, entry text)")
        yield it


def test_a_moment_comes_back_beside_the_server_that_goes_on(kept: Kept) -> None:
    before = kept.write("one")
    kept.copy()
    then = kept.write("two")
    kept.write("three")
    done = kept.beside("db-then", then)
    assert done.returncode == 0, done.stderr.decode()
    assert kept.entries("db-then") == "one two"
    assert kept.entries() == "one two three"
    assert done.stdout.decode().startswith("20"), "what the last change is of"
    how = "{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.HostConfig.Memory}}"
    assert kept.docker("inspect", "--format", how, "db-then") == f"true 999:999 {2**30}"
    kept.ask("INSERT INTO ledger (entry) VALUES ('its own')", "db-then")
    assert before < then


def test_what_is_not_with_the_copies_yet_is_shipped_first_and_a_copy_beside_goes_alone(kept: Kept) -> None:
    kept.ask("INSERT INTO ledger (entry) VALUES ('not shipped')")
    then = kept.ask("SELECT clock_timestamp()::timestamp(6)")
    asked = {"SERVER": kept.server, "FOLDER": f"{DATA}/pgbackrest-for/safe", "AT_MOST": "60"}
    shipped = kept.docker.script("postgres_ship.sh", **asked)
    assert shipped.returncode == 0, shipped.stderr.decode()
    done = kept.beside("db-late", then)
    assert done.returncode == 0, done.stderr.decode()
    assert kept.entries("db-late").endswith("not shipped")
    again = kept.beside("db-late", then)
    assert b"remove it first: infra-kit restore --remove db-late" in again.stderr
    gone = [kept.docker.script("beside_gone.sh", NAME=name) for name in ("db-late", "db-late", kept.server)]
    assert [(it.returncode, it.stdout) for it in gone] == [(0, b"gone\n"), (0, b"none\n"), (1, b"")]
    assert "db-late" not in kept.docker("volume", "ls", "--quiet").split()
    assert kept.entries().endswith("not shipped")


def test_a_copy_beside_that_was_killed_before_it_had_a_server_can_be_removed_and_a_strangers_volume_stays(
    kept: Kept,
) -> None:
    kept.docker("volume", "create", "--label", f"infra-kit-restored={kept.server}", "db-left")
    kept.docker("volume", "create", "of-a-stranger")
    gone = [kept.docker.script("beside_gone.sh", NAME=name) for name in ("db-left", "of-a-stranger")]
    assert [(it.returncode, it.stdout) for it in gone] == [(0, b"gone\n"), (1, b"")]
    assert {"db-left", "of-a-stranger"} & set(kept.docker("volume", "ls", "--quiet").split()) == {"of-a-stranger"}


def test_it_is_told_since_when_all_of_the_log_is_with_the_copies(kept: Kept) -> None:
    def told() -> int:
        line = kept.docker("exec", kept.archiver, "cat", "/report/log-db.prom")
        assert line.startswith('infra_kit_log_shipped_seconds{component="safe",part="db"} ')
        return int(line.split()[1])

    first = told()
    until(lambda: told() > first, 120)


def test_a_log_that_does_not_come_to_the_copies_is_told(kept: Kept) -> None:
    kept.docker("pause", kept.archiver)
    asked = {"SERVER": kept.server, "FOLDER": f"{DATA}/pgbackrest-for/safe", "AT_MOST": "2"}
    done = kept.docker.script("postgres_ship.sh", **asked)
    kept.docker("unpause", kept.archiver)
    assert done.returncode == 1
    assert b"of its log did not come to the copies" in done.stderr


def test_where_that_fails_nothing_is_left_of_it(kept: Kept) -> None:
    done = kept.beside("db-early", "2001-01-01 00:00:00")
    assert done.returncode != 0
    assert b"unable to find backup set" in done.stderr
    assert "db-early" not in kept.docker("ps", "--all", "--format", "{{.Names}}").split()
    assert "db-early" not in kept.docker("volume", "ls", "--quiet").split()


def test_over_the_server_what_it_held_is_kept_aside_and_copies_go_on(kept: Kept) -> None:
    good = kept.write("good")
    mistake = kept.write("a mistake")
    kept.copy()
    done = kept.over("pgdata.before-it", good)
    assert done.returncode == 0, done.stderr.decode()
    assert kept.entries().endswith("good")
    assert "PG_VERSION" in kept.docker("exec", kept.server, "ls", f"{DATA}/pgdata.before-it").split()
    assert "restored" not in kept.docker("exec", kept.server, "ls", DATA).split()
    kept.write("right")
    assert kept.beside("db-mistake", mistake).returncode == 0
    assert kept.entries("db-mistake").endswith("good a mistake")
    kept.copy()
    kept.write("after")
    assert kept.beside("db-after").returncode == 0
    assert kept.entries("db-after").endswith("good right after")


def test_a_copy_that_does_not_come_up_leaves_the_server_as_it_was(kept: Kept) -> None:
    kept.write("last")
    done = kept.over("pgdata.before-that", kept.ask("SELECT (now() + interval '1 day')::timestamp(0)"))
    assert done.returncode != 0
    assert by_hand.UNREACHED in done.stderr.decode()
    assert by_hand.LAST.search("\n".join(done.stderr.decode().strip().splitlines()[-10:])), done.stderr.decode()
    assert b"what was there before runs again" in done.stderr
    until(lambda: kept.entries(check=False).endswith("last"), why=lambda: kept.entries(check=False))
    assert "pgdata.before-that" not in kept.docker("exec", kept.server, "ls", DATA).split()

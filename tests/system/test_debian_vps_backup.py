"""Backup and RestoreDrill of a Postgres on a VPS: what their containers get, run by Debian's own programs.

Needs what `test_debian_vps_postgres.py` needs. The copies go to a folder instead of S3.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from infra_kit import (
    Backup,
    Backups,
    Environment,
    Keep,
    ObjectStore,
    Postgres,
    RestoreDrill,
    SqlCheck,
    Target,
)  # fmt: skip
from infra_kit.testing import Recording, record
from tests.system.recorded_containers import Host, sh
from tests.system.test_debian_vps_postgres import DATA, HOST, PASSWORD, serve

BACKUP, ARCHIVE, DRILL, PROOF = "safe-db-backup", "safe-db-archive", "drill-db-restore", "drill-db-proof"
FOLDER = f"{DATA}/pgbackrest-for/safe"
WAITS = ["sleep", "infinity"]
"""For the schedule, whose time the tests do not wait for."""


def recording() -> Recording:
    def program() -> None:
        target = Target(name="vps", app="shop", environment=Environment.DEVELOPMENT, settings=HOST)
        db = Postgres("db", target=target, version="15", memory_gb=0.25, backups=Backups())
        bucket = ObjectStore.existing(
            "offsite", target=target, bucket="copies", s3_endpoint="https://s3.example.org", access_key="k",
            secret_key="s",
        )  # fmt: skip
        safe = Backup("safe", target=target, of=[db], to=bucket, key="the-passphrase", keep=Keep(every="7d"))
        kept = SqlCheck("SELECT count(*) > 0 FROM kept")
        RestoreDrill("drill", target=target, of=safe, checks={"kept": kept})

    return record(program)


@dataclass
class Copying:
    """A server whose copies go to a folder."""

    host: Host
    repository: Path

    def replaced(self, key: str = "the-passphrase") -> dict[str, str]:
        """What stands in for the bucket, in the configuration of pgBackRest."""
        folder = {"repo1-type=s3": "repo1-type=posix", "repo1-path=/": f"repo1-path={self.repository}/"}
        return {**folder, "repo1-cipher-pass=the-passphrase": f"repo1-cipher-pass={key}"}

    def start(self) -> None:
        archive = self.host.container(ARCHIVE)
        self.host.start(ARCHIVE, [*archive["entrypoints"], *archive["command"]], replaced=self.replaced())
        self.host.start(BACKUP, WAITS, replaced=self.replaced())
        proof = self.host.container(PROOF)
        self.host.start(PROOF, [*proof["entrypoints"], *proof["command"]])
        self.start_drill()
        self.copy("once")

    def start_drill(self, key: str = "the-passphrase") -> None:
        if DRILL in self.host.running:
            self.host.stop(DRILL)
        self.host.start(DRILL, WAITS, replaced=self.replaced(key), volumes={"/report": "drill-report"})

    def copy(self, *how: str) -> None:
        self.host.run(BACKUP, "sh", "/run/infra-kit/copy.sh", *how)

    def write(self, *statements: str) -> None:
        where = {"host": self.host.addresses["db-server"], "user": "app", "password": PASSWORD}
        with psycopg.connect(dbname="app", autocommit=True, **where) as app:  # type: ignore[arg-type]
            for statement in statements:
                app.execute(statement.encode())
        switch = ["psql", "-U", "postgres", "-Atc", "SELECT pg_walfile_name(pg_switch_wal())"]
        segment = self.host.run("db-server", *switch).strip()
        asked = 'test "$(psql -U postgres -Atc "SELECT last_archived_wal >= \'$0\' FROM pg_stat_archiver")" = t'
        self.host.until("db-server", ["sh", "-c", asked, segment])
        self.host.until(ARCHIVE, ["sh", "-c", f'test -z "$(ls {FOLDER})"'])

    def drill(self) -> dict[str, object]:
        """What it says of itself after one more."""
        sh(*self.host._entered(DRILL, ["timeout", "60", "sh", "/run/infra-kit/drill.sh", "/restored"]), check=False)
        assert sh("ls", str(self.host.folder / "shared-restored")) == ""
        return self.report("drill-report")

    def report(self, folder: str = "shared-report") -> dict[str, object]:
        found: dict[str, object] = json.loads(sh("cat", str(self.host.folder / folder / "report.json")))
        return found

    def segments(self) -> list[Path]:
        """Of the log, the oldest first."""
        return sorted(it for it in self.repository.rglob("archive/main/**/*") if re.match("[0-9A-F]{24}-", it.name))

    def bundles(self) -> list[Path]:
        """Of the whole copy, the largest first."""
        found = [it for it in self.repository.rglob("*F/bundle/*") if it.is_file()]
        return sorted(found, key=lambda it: -it.stat().st_size)


@pytest.fixture(scope="module")
def copying() -> Iterator[Copying]:
    folder = Path(tempfile.mkdtemp(prefix="infra-kit-vps-", dir="/var/tmp"))  # each program has a /tmp of its own
    folder.chmod(0o755)
    names = ("db-server", ARCHIVE, BACKUP, DRILL, PROOF)
    host = Host(folder, recording(), names, programs="/usr/lib/postgresql/15/bin")
    try:
        serve(host)
        it = Copying(host, host.volume("repository", "999:999"))
        made = host.container("safe-db-log")["create"].split()[3:]
        host.run("db-server", *made)
        it.start()
        yield it
    finally:
        host.end()
        sh("rm", "-rf", str(folder))


def test_there_is_a_copy_at_once_encrypted_and_told(copying: Copying) -> None:
    report = copying.report()
    copying.copy("once")

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", str(report["last_backup"]))
    assert report["failure"] == ""
    assert copying.report() == report, "there was one, and another was taken"
    contents = [path.read_bytes() for path in copying.repository.rglob("*") if path.is_file()]
    assert contents
    assert all(content.startswith(b"Salted__") for content in contents if content)


def test_the_next_copy_of_a_week_is_what_changed(copying: Copying) -> None:
    copying.copy()
    info = copying.host.run(BACKUP, "pgbackrest", "--stanza=main", "info")
    assert len(re.findall("full backup: ", info)) == 1
    assert re.findall("diff backup: ", info)


def test_a_drill_proves_the_newest_copy_with_the_log_after_it(copying: Copying) -> None:
    copying.write("CREATE TABLE IF NOT EXISTS kept (id int)", "INSERT INTO kept VALUES (1)")
    report = copying.drill()
    assert report["failure"] == ""
    assert report["last_proven_restore"]
    assert 0 <= int(str(report["seconds"])) < 300


def test_a_drill_tells_the_question_that_was_answered_otherwise(copying: Copying) -> None:
    copying.write("CREATE TABLE IF NOT EXISTS kept (id int)", "DELETE FROM kept")
    proven = copying.report("drill-report")["last_proven_restore"]
    report = copying.drill()
    assert report["failure"] == "db: kept: 't' was expected, and the answer is 'f'"
    assert report["last_proven_restore"] == proven
    copying.write("INSERT INTO kept VALUES (1)")


def test_a_drill_tells_a_wrong_key(copying: Copying) -> None:
    copying.start_drill(key="another-passphrase")
    assert str(copying.drill()["failure"]).startswith("db: restore: ")
    copying.start_drill()


def test_a_drill_tells_a_segment_of_the_log_that_is_gone(copying: Copying) -> None:
    copying.copy()
    for number in range(3):
        copying.write(f"CREATE TABLE more_{number} (id int)")
    *_, segment, last = copying.segments()
    content, end = segment.read_bytes(), last.read_bytes()
    segment.unlink()
    assert str(copying.drill()["failure"]).startswith("db: missing-log: ")
    segment.write_bytes(content)
    sh("chown", "999:999", str(segment))
    last.write_bytes(end[: len(end) // 2])
    assert str(copying.drill()["failure"]).startswith("db: missing-log: "), "its end cannot be read"
    last.write_bytes(end)
    assert copying.drill()["failure"] == ""


@pytest.mark.parametrize("damage", ["truncated", "changed"])
def test_a_drill_tells_a_copy_that_is_not_what_it_was(copying: Copying, damage: str) -> None:
    copying.copy()
    (full, *_) = copying.bundles()
    content = full.read_bytes()
    half = len(content) // 2
    spoilt = content[:half] if damage == "truncated" else content[:half] + b"~" * 64 + content[half + 64 :]
    full.write_bytes(spoilt)
    assert str(copying.drill()["failure"]).startswith("db: restore: ")
    full.write_bytes(content)
    assert copying.drill()["failure"] == ""


def test_a_copy_that_fails_is_told_and_the_last_good_one_stays(copying: Copying) -> None:
    good = copying.report()["last_backup"]
    moved = copying.repository.with_name("away")
    sh("mv", str(copying.repository), str(moved))
    copying.repository.write_text("no folder")
    sh(*copying.host._entered(BACKUP, ["sh", "/run/infra-kit/copy.sh"]), check=False)
    copying.repository.unlink()
    sh("mv", str(moved), str(copying.repository))

    report = copying.report()
    assert str(report["failure"]).startswith("db: backup: ")
    assert report["last_backup"] == good
    copying.copy()
    assert copying.report()["failure"] == ""

"""The script that has a log with the copies until now, against a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.vps.scripts import script
from tests.live.servers.database import ensure, props_in

DOCKER = """\
#!{python}
import os, subprocess, sys
import psycopg
_, _, _, program, *arguments = sys.argv
if program != "psql":
    sys.exit(subprocess.run([program, *arguments]).returncode)
with psycopg.connect(os.environ["DATABASE"], autocommit=True, options="-csearch_path=told,pg_catalog") as session:
    for answer in session.execute(arguments[-1]).fetchall():
        print({{None: "", True: "t", False: "f"}}.get(answer[0], answer[0]))
"""


@pytest.fixture(scope="module")
def database(shared_home_dir: Path) -> str:
    """Of a server where what was archived last is what a table says."""
    props = {**props_in(shared_home_dir), "name": "shipped"}
    ensure(props)
    record = box_of(props).record
    with postgres_roles.connect(record) as session:
        session.execute("CREATE SCHEMA told")
        session.execute("CREATE TABLE told.pg_stat_archiver (last_archived_wal text)")
    return f"host=127.0.0.1 port={record.ports[0]} user=postgres password={record.secrets['superuser']} dbname=postgres"


@pytest.mark.parametrize(
    ("archived", "is_shipped"),
    [
        (lambda segment: segment, True),
        (lambda segment: later(segment, 1), True),
        (lambda segment: later(segment, -1), False),
        (lambda segment: f"{segment}.00000028.backup", True),
        (lambda segment: f"{later(segment, -1)}.00000028.backup", False),
        # Where the segment's own timeline began: that is taken away before all of its segments.
        (lambda segment: f"{segment[:8]}.history", False),
        (lambda _: None, False),
    ],
)
def test_a_log_is_with_the_copies_once_its_segment_or_a_later_one_was_taken(
    database: str, tmp_path: Path, archived: Callable[[str], str | None], is_shipped: bool
) -> None:
    assert ships(database, tmp_path, archived) is is_shipped


def test_a_segment_that_still_waits_for_who_takes_it_is_not_with_the_copies(database: str, tmp_path: Path) -> None:
    def waits(segment: str) -> str:
        (tmp_path / segment).touch()
        return segment

    assert not ships(database, tmp_path, waits)


def later(segment: str, by: int) -> str:
    return f"{segment[:8]}{int(segment[8:], 16) + by:016X}"


def ships(database: str, folder: Path, archived: Callable[[str], str | None]) -> bool:
    """Whether the script says so at its first look; it is told what was archived last by what the log is at."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / "docker").write_text(DOCKER.format(python=sys.executable))
    (programs / "docker").chmod(0o755)
    note(database, archived)
    asked = {"SERVER": "db", "FOLDER": str(folder), "AT_MOST": "0"}
    environment = {"PATH": f"{programs}:{os.defpath}", "DATABASE": database, **asked}
    command = ["sh", "-c", script("postgres_ship.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "did not come to the copies" in done.stderr, done.stderr
    return done.returncode == 0


def note(database: str, archived: Callable[[str], str | None]) -> None:
    with psycopg.connect(database, autocommit=True) as session:
        session.execute("TRUNCATE told.pg_stat_archiver")
        row = session.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        assert row
        session.execute("INSERT INTO told.pg_stat_archiver VALUES (%s)", [archived(row[0])])

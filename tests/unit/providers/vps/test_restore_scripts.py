"""Restoring on a VPS: a log whose end cannot be had, and a server that gets back what it held."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script, told

SEGMENT = "00000001000000000000000"
PGBACKREST = """#!/bin/sh
for it; do case $it in --pg1-path=*) data=${it#*=} ;; esac; done
case "$*" in
  *restore)
    first=${START:-1}
    echo "START WAL LOCATION: 0/${first}000028 (file 00000001000000000000000$first)" >"$data/backup_label" ;;
  *repo-ls*)
    echo 15-1/00000002.history
    for it in 1 2 3; do echo "15-1/0000000100000000/00000001000000000000000$it-0a1b.zst"; done ;;
  *archive-get*)
    eval "name=\\${$(($# - 1))} to=\\${$#}"
    : >"$to"
    case $name in *$DAMAGED) exit 82 ;; esac
    ;;
esac
"""
PSQL = """#!/bin/sh
echo "000000000000000$REACHED"
"""


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("damaged", "reached", "says"),
    [
        ("none", "3", ""),
        ("3", "2", "missing-log: it was replayed to 0000000000000002, and goes to 0000000000000003"),
        ("2", "1", "missing-log: it was replayed to 0000000000000001, and goes to 0000000000000003"),
        ("1", "3", ""),
    ],
)
def test_a_drill_tells_a_segment_of_the_log_that_is_listed_and_cannot_be_had(
    tmp_path: Path, damaged: str, reached: str, says: str
) -> None:
    program(tmp_path, "pgbackrest", PGBACKREST)
    program(tmp_path, "psql", PSQL)
    known = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "DAMAGED": damaged, "REACHED": reached}
    folder = tmp_path / "restored"
    folder.mkdir()

    subprocess.run(["sh", "-s", folder], input=script("postgres_restore.sh"), text=True, env=known, check=True)
    look = script("postgres_prove.sh") + f"\ncheck_log '{folder}'\n"
    done = subprocess.run(["sh", "-s"], input=look, text=True, env=known, check=True, capture_output=True)

    assert sorted(it.name for it in (folder / "restore").glob("0*") if it.suffix != ".history") == [
        f"{SEGMENT}{it}" for it in "123" if it != damaged
    ]
    assert done.stdout.startswith(says)
    assert bool(done.stdout) == bool(says)


def test_what_the_backup_has_already_is_not_fetched(tmp_path: Path) -> None:
    program(tmp_path, "pgbackrest", PGBACKREST)
    known = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "DAMAGED": "none", "START": "3"}
    (tmp_path / "restored").mkdir()

    subprocess.run(["sh", "-s", tmp_path / "restored"], input=script("postgres_restore.sh"), text=True, env=known,
                   check=True)  # fmt: skip

    fetched = {it.name for it in (tmp_path / "restored" / "restore").glob("0*")}
    assert fetched == {f"{SEGMENT}3", "00000002.history"}


DOCKER = """#!/bin/sh
echo "$1" >>"$SEEN"
case "$*" in
  inspect*Config.User*) echo 999:999 ;;
  inspect*) echo volume ;;
  run*restore.sh*) mkdir "$FOLDER/restored/pgdata" && echo then >"$FOLDER/restored/pgdata/it" ;;
  run*)
    eval "script=\\${$#}"
    case $script in *restored/pgdata*) rm -rf "$FOLDER/$LOST" ;; esac
    sh -ec "$script"
    ;;
  exec*pg_is_in_recovery*) echo f ;;
  exec*'SELECT right'*) echo 0000000000000002 ;;
  exec*listed*) printf '%s\\n' 000000010000000000000003 ;;
  exec*) echo 2026-03-01T12:00:00.000000+00:00 ;;
esac
"""


def over(folder: Path, lost: str = "nothing") -> tuple[subprocess.CompletedProcess[str], Path]:
    """Runs `postgres_over.sh` on a folder that stands in for the volume; `lost` is gone when folders are exchanged."""
    program(folder, "docker", DOCKER)
    data = folder / "data"
    (data / "pgdata").mkdir(parents=True)
    (data / "pgdata" / "it").write_text("now\n")
    known = {"PATH": f"{folder}:{os.environ['PATH']}", "SEEN": str(folder / "seen"), "LOST": lost, "FOLDER": str(data)}
    asked = {"COPIES": "copies", "SERVER": "server", "ASIDE": "before", "FOLDER": str(data), "MOMENT": ""}
    text = told("postgres_over.sh", asked)
    return subprocess.run(["sh", "-s"], input=text, text=True, env=known, check=False, capture_output=True), data


def test_a_server_has_what_was_restored_and_what_it_held_is_aside(tmp_path: Path) -> None:
    done, data = over(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (data / "pgdata" / "it").read_text() == "then\n"
    assert (data / "before" / "it").read_text() == "now\n"


def test_who_asked_for_the_newest_is_told_what_of_the_log_did_not_come_back(tmp_path: Path) -> None:
    done, _ = over(tmp_path)
    lacks, last = done.stdout.splitlines()
    assert lacks.startswith("lacks: the log goes to 0000000000000003, and came back to 0000000000000002: ")
    assert last == "2026-03-01T12:00:00.000000+00:00"


def test_a_server_whose_folders_cannot_be_exchanged_runs_again_with_what_it_held(tmp_path: Path) -> None:
    done, data = over(tmp_path, lost="restored/pgdata")
    assert done.returncode == 1
    assert (data / "pgdata" / "it").read_text() == "now\n"
    assert "what was there before runs again" in done.stderr
    assert (tmp_path / "seen").read_text().split().index("start") > (tmp_path / "seen").read_text().split().index(
        "stop"
    )

"""Restoring on a VPS: a log whose end cannot be had, and a server that gets back what it held."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

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


PARTED = r"""#!/bin/sh
for it; do case $it in --pg1-path=*) data=${it#*=} ;; esac; done
case "$*" in
  *restore)
    echo "$*" >"$SEEN"
    echo 'START WAL LOCATION: 0/1000028 (file 000000010000000000000001)' >"$data/backup_label" ;;
  *json*repo-ls*) [ ! -e "${SEEN%/*}/away" ] || exit 103; cat "$SEEN.histories" ;;
  *json*info*) cat "$SEEN.backups" ;;
  *repo-get*00000002.history) printf '1\t0/5000068\tbefore 2026-03-01\n\n' ;;
  *repo-get*00000003.history) printf '1\t0/5000068\tbefore 2026-03-01\n\n2\t0/7000068\tbefore 2026-03-02\n\n' ;;
  *repo-ls*) printf '15-1/%s-0a1b.zst\n' 000000010000000000000009 000000020000000000000006 000000030000000000000008 ;;
  *archive-get*) eval "to=\${$#}"; : >"$to" ;;
esac
"""
HISTORIES = {
    "15-1/00000002.history": {"type": "file", "size": 80, "time": 200},
    "15-1/00000003.history": {"type": "file", "size": 80, "time": 300},
}
BACKUPS = [
    {
        "archive": {"start": segment, "stop": segment},
        "label": label,
        "timestamp": {"start": ended - 10, "stop": ended},
        "type": "full",
    }
    for label, segment, ended in (
        ("early", "000000010000000000000003", 100),
        ("undone", "000000010000000000000007", 150),
        ("second", "000000020000000000000006", 250),
        ("lost", "000000020000000000000008", 280),
    )
]


def restore(folder: Path, backups: Sequence[Any], *words: str) -> subprocess.CompletedProcess[str]:
    """From a log with three timelines."""
    program(folder, "pgbackrest", PARTED)
    for name, text in (("histories", HISTORIES), ("backups", [{"archive": [], "backup": backups}])):
        (folder / f"seen.{name}").write_text(json.dumps(text, separators=(",", ":")))
    known = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "SEEN": str(folder / "seen")}
    (folder / "restored").mkdir()
    command = ["sh", "-s", str(folder / "restored"), *words]
    return subprocess.run(
        command, input=script("postgres_restore.sh"), text=True, env=known, check=False, capture_output=True
    )


@pytest.mark.parametrize(
    ("asked", "timeline", "backup", "newest"),
    [
        ("01:50", 1, "early", "000000010000000000000009"),
        ("02:50", 1, "undone", "000000010000000000000009"),
        ("03:20", 1, "undone", "000000010000000000000009"),
        ("03:21", 2, "early", "000000020000000000000006"),
        ("04:20", 2, "second", "000000020000000000000006"),
        ("04:45", 2, "lost", "000000020000000000000006"),
        ("04:45 latest", 2, "lost", "000000020000000000000006"),
        ("05:01.5", 3, "second", "000000030000000000000008"),
        ("", 3, "second", "000000030000000000000008"),
    ],
)
def test_a_moment_is_of_the_log_that_was_written_then_whatever_was_restored_over_it_since(
    tmp_path: Path, asked: str, timeline: int, backup: str, newest: str
) -> None:
    second, _, how = asked.partition(" ")
    moment = f"1970-01-01 00:{second}+00" if second else ""

    done = restore(tmp_path, BACKUPS, moment, how)

    assert done.returncode == 0, done.stderr
    seen = (tmp_path / "seen").read_text()
    assert f"--target-timeline={timeline} --set={backup}" in seen
    assert (f"--type=time --target={moment}" in seen) == bool(second and not how)
    assert (tmp_path / "restored" / "restore" / "listed").read_text().split()[-1] == newest


def test_where_no_backup_leads_to_the_log_of_then_nothing_is_restored(tmp_path: Path) -> None:
    done = restore(tmp_path, BACKUPS[1:2])

    assert done.returncode == 1
    assert "unable to find backup set that leads to the timeline 3 of the log" in done.stderr
    assert not (tmp_path / "seen").exists()


def test_where_it_cannot_be_told_which_logs_there_are_nothing_is_restored(tmp_path: Path) -> None:
    (tmp_path / "away").touch()

    assert restore(tmp_path, BACKUPS).returncode == 103
    assert not (tmp_path / "seen").exists()


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

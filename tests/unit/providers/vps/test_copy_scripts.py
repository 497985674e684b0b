"""A copy on a VPS by `copy.sh`, with the real rclone and a folder: what it tells when it does not come about."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from infra_kit.providers.local import builds
from infra_kit.providers.vps.scripts import script
from tests.awaiting import until

PATH = f"{Path(builds.script('rclone')).parent}:{os.environ['PATH']}"
SCRIPTS = ("copy.sh", "repository.sh", "restore.sh", "report.sh", "tiers.sh")
CONFIGURATION = """[store]
type = local
[raw]
type = alias
remote = store:{0}/repository
[copies]
type = crypt
remote = raw:
"""


class Copying:
    """What a container that copies has, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in SCRIPTS:
            self.put(name, script(name))
        self.put("rclone.conf", CONFIGURATION.format(folder))
        self.put("key", "the-passphrase")
        self.put("take.sh", 'echo it >"$1/data"\n')
        (folder / "report").mkdir()
        (folder / "scratch").mkdir()

    def put(self, name: str, text: str) -> None:
        own = {"/run/infra-kit": "", "/scratch": "/scratch", "/tmp/copying": "/copying"}  # noqa: S108  what it replaces
        for path, place in own.items():
            text = text.replace(path, f"{self.folder}{place}")
        (self.folder / name).write_text(text)

    def begin(self, *how: str, program: str = "copy.sh") -> subprocess.Popen[bytes]:
        told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "cache", "PART": "cache"}
        told |= {"FOLDER": str(self.folder / "report"), "EVERY": "86400", "DAILY": "0", "WEEKLY": "0"}
        return subprocess.Popen(["sh", str(self.folder / program), *how], env={**os.environ, **told, "PATH": PATH})

    @property
    def copies(self) -> int:
        """How many files the repository has."""
        return sum(it.is_file() for it in (self.folder / "repository").rglob("*"))

    @property
    def failure(self) -> str:
        return str(json.loads((self.folder / "report" / "report.json").read_text())["failure"])


@pytest.fixture
def copying(tmp_path: Path) -> Copying:
    return Copying(tmp_path)


def test_a_changed_key_begins_nothing_anew_beside_copies_that_it_cannot_read(copying: Copying) -> None:
    assert copying.begin("once").wait(60) == 0
    assert copying.failure == ""
    before = copying.copies
    copying.put("key", "another")

    assert copying.begin("once").wait(60) == 1
    assert copying.failure.startswith("cache: copy: wrong-key: ")
    assert copying.begin().wait(60) == 1
    assert copying.copies == before > 0


def test_a_first_copy_that_was_left_half_done_is_no_wrong_key(copying: Copying) -> None:
    copying.put("take.sh", ". /run/infra-kit/repository.sh\nrclone touch copies:objects/2/it\nexit 3\n")
    assert copying.begin("once").wait(60) == 1
    assert copying.copies == 1

    copying.put("take.sh", 'echo it >"$1/data"\n')
    assert copying.begin("once").wait(60) == 0
    assert copying.failure == ""


def test_a_restore_prints_the_time_of_the_copy(copying: Copying) -> None:
    assert copying.begin("once").wait(60) == 0
    (copying.folder / "then").mkdir()
    command = ["sh", str(copying.folder / "restore.sh"), str(copying.folder / "then")]
    said = subprocess.run(command, env={**os.environ, "PATH": PATH}, capture_output=True, text=True, check=True).stdout

    time, words = said.splitlines()
    assert words.split()[3] == time.replace("T", "-").replace("-", "", 2).replace(":", "").removesuffix("+0000")


def test_a_manifest_that_cannot_be_written_is_told(copying: Copying) -> None:
    copying.put("take.sh", 'echo it >"$1/data"\nmkdir "$1.manifest"\n')
    assert copying.begin().wait(60) == 1
    assert copying.failure.startswith("cache: copy: ")


def test_a_copy_that_is_ended_tells_it(copying: Copying) -> None:
    copying.put("take.sh", ': >"$1/began"\nexec sleep 60\n')
    running = copying.begin()
    until((copying.folder / "scratch" / "copy" / "began").exists, 30)
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 1
    assert copying.failure == "cache: copy: it was ended before it was through"


SLOW = """#!/bin/sh
/bin/cat "$@"
case $1 in */b/failure) : >"$FOLDER/reached"; sleep 2 ;; esac
"""
"""`cat`, for who is about to write what was true before the other ended."""


def test_of_parts_that_end_together_the_report_has_both(tmp_path: Path) -> None:
    (tmp_path / "cat").write_text(SLOW)
    (tmp_path / "cat").chmod(0o755)

    def tell(part: str, path: str, *words: str) -> subprocess.Popen[str]:
        told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "a b", "FOLDER": str(tmp_path), "PART": part}
        known = {**os.environ, **told, "PATH": path + os.environ["PATH"]}
        return subprocess.Popen(["sh", "-c", script("report.sh"), "report", *words], env=known, text=True)

    slow = tell("a", f"{tmp_path}:", "well", "3")
    until((tmp_path / "reached").exists, 10)
    assert tell("b", "", "failed", "it").wait(20) == 0
    assert slow.wait(20) == 0

    assert json.loads((tmp_path / "report.json").read_text())["failure"] == "b: it"


NATS = """#!/bin/sh
case $* in
  *' stream ls '*) printf '%s' "$HAS" ;;
  *' stream backup '*) mkdir "$5" ;;
esac
"""


def test_a_stream_that_nats_has_dropped_is_told_and_left_out_of_no_copy(tmp_path: Path) -> None:
    (tmp_path / "nats").write_text(NATS)
    (tmp_path / "nats").chmod(0o755)
    (tmp_path / "take.sh").write_text(script("event_bus_copy.sh").replace("/run/infra-kit", str(tmp_path)))
    (tmp_path / "password").write_text("it")
    told = {"INBOX": "it", "PART": "bus", "STREAMS": "LEADS _dead_scoring", "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    def take(has: str) -> tuple[str, list[str]]:
        there = Path(tempfile.mkdtemp(dir=tmp_path))
        command = ["sh", str(tmp_path / "take.sh"), str(there)]
        done = subprocess.run(command, env={**told, "HAS": has}, capture_output=True, text=True, check=False)
        assert bool(done.returncode) == bool(done.stderr)
        return done.stderr, sorted(it.name for it in there.glob("streams/*"))

    assert take("LEADS\n_dead_scoring\nOLD\n") == ("", ["LEADS", "OLD", "_dead_scoring"])
    for has, lacks in {"": "LEADS", "LEADS\n": "_dead_scoring", "LEADS_2\n_dead_scoring\n": "LEADS"}.items():
        words, copied = take(has)
        assert words.startswith(f"fault: missing: NATS has no stream {lacks} any more")
        assert copied == []


def test_a_report_is_as_old_as_a_part_that_never_began(tmp_path: Path) -> None:
    (tmp_path / "date").write_text('#!/bin/sh\ncase $1 in +%s) echo "$NOW" ;; *) exec /bin/date "$@" ;; esac\n')
    (tmp_path / "date").chmod(0o755)
    told = {"NAME": "safe", "FIELD": "last_backup", "PARTS": "db cache", "PART": "db", "FOLDER": str(tmp_path)}

    def last_good(now: int) -> str:
        known = {**told, "NOW": str(now), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        subprocess.run(["sh", "-s", "well", "1"], input=script("report.sh"), env=known, text=True, check=True)
        return (tmp_path / "figure.prom").read_text().splitlines()[0].rpartition(" ")[2]

    assert last_good(1_000) == "1000"
    assert last_good(90_000) == "1000", "that of db alone"

"""A drill on a VPS: what `drill.sh` and `proof.sh` take for a proof, and what not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script
from tests.awaiting import until

WELL = "prove() { date +%s; }\n"
EARLY = "what looks at it ended before it was through"
NEVER_UP = "what looks at it did not tell when it was up"
END = "end() { :; }\n"


class Drill:
    """The scripts, with what stands in for restoring and for looking."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.restored = folder, folder / "restored"
        self.restored.mkdir()
        self.put("restore.sh", 'echo it >"$1/data"\n')
        self.put("report.sh", script("report.sh"))
        self.put("drill.sh", script("drill.sh"))

    def put(self, name: str, text: str) -> Path:
        (self.folder / name).write_text(text.replace("/run/infra-kit", str(self.folder)))
        return self.folder / name

    def begin(self, looks: int = 20) -> subprocess.Popen[bytes]:
        told = {"NAME": "drill", "FIELD": "last_proven_restore", "PARTS": "db", "PART": "db", "RTO": "60"}
        told |= {"LOOKS": str(looks), "FOLDER": str(self.folder / "report")}
        (self.folder / "report").mkdir(exist_ok=True)
        command = ["sh", str(self.folder / "drill.sh"), str(self.restored)]
        return subprocess.Popen(command, env={**os.environ, **told})

    def run(self, looks: int = 20) -> str:
        """What it says is wrong; nothing: it is proven."""
        proven = self.begin(looks).wait(30) == 0
        assert [it.name for it in self.restored.iterdir() if it.name != "told.part"] == []
        assert proven == (self.failure == "")
        return self.failure

    @property
    def failure(self) -> str:
        return str(json.loads((self.folder / "report" / "report.json").read_text())["failure"])


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    return Drill(tmp_path)


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Drill]:
    """It has a container beside it that looks, by the script that a test puts there."""
    (tmp_path / "beside").mkdir()
    it = Drill(tmp_path)
    text = script("proof.sh").replace("/run/infra-kit", str(tmp_path / "beside"))
    proof = subprocess.Popen(
        [
            "sh",
            "-c",
            'until [ -e "$0/prove.sh" ]; do sleep 0.1; done\n' + text,
            str(tmp_path / "beside"),
            str(it.restored),
        ]
    )
    yield it
    proof.terminate()
    assert proof.wait(20) == 0


def look(beside: Drill, text: str) -> None:
    new = beside.put("beside/new", text + END)
    new.rename(new.with_name("prove.sh"))


def test_what_was_looked_at_to_its_end_without_a_fault_is_proven(drill: Drill) -> None:
    drill.put("prove.sh", WELL)
    assert drill.run() == ""


def test_so_is_what_the_container_beside_looked_at(beside: Drill) -> None:
    look(beside, WELL)
    assert beside.run() == ""


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("prove() { date +%s; echo 'rows: gone'; }\n", "db: rows: gone"),
        ("prove() { false; date +%s; }\n", f"db: start: {NEVER_UP}"),
        ("prove() { date +%s; false; echo 'rows: gone'; }\n", f"db: start: {EARLY}"),
        ("prove() { date +%s; echo 'rows: one'; false; }\n", f"db: rows: one;start: {EARLY}"),
        ("prove() { echo; date +%s; }\n", f"db: start: {NEVER_UP}"),
        ("prove() { date +%s >/dev/full; }\n", f"db: start: {NEVER_UP}"),
    ],
)  # fmt: skip
def test_a_look_that_ended_early_or_told_a_fault_is_no_proof(beside: Drill, text: str, failure: str) -> None:
    look(beside, text)
    assert beside.run() == failure


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("prove() { date +%s; echo 'missing: it'; }\n", "db: missing: it"),
        ("prove() { date +%s; echo 'fault: unreachable: the bucket' >&2; exit 1; }\n", "db: unreachable: the bucket"),
        ("prove() { date +%s; false; date; }\n", "db: start: what looks at it ended with 1"),
        ("prove() { :; }\n", f"db: start: {NEVER_UP}"),
    ],
)
def test_nor_is_one_in_the_same_container(drill: Drill, text: str, failure: str) -> None:
    drill.put("prove.sh", text)
    assert drill.run() == failure


def test_a_container_beside_that_never_tells_fails_the_drill_by_name(drill: Drill) -> None:
    assert drill.run(looks=1) == "db: start: in 1 s nothing was told by what looks at it"


def test_a_drill_that_is_ended_tells_it(drill: Drill) -> None:
    drill.put("restore.sh", "exec sleep 60\n")
    running = drill.begin()
    until((drill.folder / "report" / "report.json").exists, 10)
    running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 1
    assert drill.failure == "db: stopped: it was ended before it was through"

"""When `nats_link.sh` takes a NATS for one that knows the user."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import script, told
from tests.unit.providers.vps.answering import wget

PROGRAMS = {
    "sleep": "exit 0",
    "wget": wget('  \\"config_load_time\\": \\"$said\\",'),
}


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (["1", "1", "2"], 0),
        (["1", "", "2"], 0),
        (["", "1", "2"], 0),
        (["1", ""], 1),
        (["", "1"], 1),
        ([""], 1),
        (["1"], 1),
    ],
)
def test_one_that_says_nothing_has_not_taken_the_user_over(tmp_path: Path, answers: list[str], code: int) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "compose.sh").write_text(script("compose.sh").replace("/data/links", str(tmp_path)))
    (tmp_path / "nats.template").write_text("@user@\n")
    (tmp_path / "answers").write_text("".join(f"{it}\n" for it in answers))
    running = subprocess.Popen(["sh", "-c", "trap '' HUP; read -r _"], stdin=subprocess.PIPE)
    (tmp_path / "pid").write_text(str(running.pid))
    asked = told("nats_link.sh", {"NAME": "api-bus", "ENTRY": "{}", "MONITOR": "http://127.0.0.1:1"})
    here = asked.replace("/data/links", str(tmp_path)).replace("/run/infra-kit", str(tmp_path))
    known = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FOLDER": str(tmp_path)}

    done = subprocess.run(["sh", "-s"], input=here, text=True, env=known, check=False, capture_output=True)
    running.communicate(b"\n")

    assert done.returncode == code, done.stderr
    assert (tmp_path / "nats.conf").read_text() == "{},\n"
    assert code == 0 or "api-bus: NATS does not take its users over" in done.stderr

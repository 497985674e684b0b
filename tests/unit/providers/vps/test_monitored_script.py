"""What `monitored.sh` takes for a Prometheus that has read what it was brought."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from infra_kit.providers.vps.scripts import told
from tests.unit.providers.vps.answering import wget

PROGRAMS = {
    "promtool": "exit 0",
    "sleep": "exit 0",
    "wget": wget("prometheus_config_last_reload_success_timestamp_seconds $said"),
}


@pytest.mark.parametrize(
    ("answers", "code", "targets"),
    [
        (["1", "1", "2"], 0, "new\n"),
        (["1", "", "2"], 0, "new\n"),
        (["1", ""], 1, "old\n"),
        (["", ""], 1, "old\n"),
        (["", "1"], 1, "old\n"),
        (["", "1", "2"], 0, "new\n"),
        (["1"], 1, "old\n"),
    ],
)
def test_one_that_answers_nothing_has_not_read_it(tmp_path: Path, answers: list[str], code: int, targets: str) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    for name in ("targets", "rules", "managers"):
        (tmp_path / name).mkdir()
    (tmp_path / "targets" / "api.json").write_text("old\n")
    (tmp_path / "answers").write_text("".join(f"{it}\n" for it in answers))
    running = subprocess.Popen(["sh", "-c", "trap '' HUP; read -r _"], stdin=subprocess.PIPE)
    (tmp_path / "pid").write_text(str(running.pid))
    what = {"NAME": "api", "TARGETS": "new", "RULES": "", "MANAGERS": ""}
    where = {"FOLDER": str(tmp_path), "CONFIG": "prometheus.yml", "ADDRESS": "http://127.0.0.1:1"}
    known = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FOLDER": str(tmp_path)}

    done = subprocess.run(["sh", "-s"], input=told("monitored.sh", {**what, **where}), text=True, env=known,
                          check=False, capture_output=True)  # fmt: skip
    running.communicate(b"\n")

    assert done.returncode == code, done.stderr
    assert (tmp_path / "targets" / "api.json").read_text() == targets
    assert code == 0 or "it does not say that it has read it" in done.stderr

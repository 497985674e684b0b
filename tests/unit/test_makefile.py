from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_target_stops_where_infra_kit_env_fails(tmp_path: Path) -> None:
    failing = tmp_path / "infra-kit"
    failing.write_text("#!/bin/sh\necho no engine >&2\nexit 1\n")
    failing.chmod(0o755)
    goal = ["--eval", "try: ; @$(PULUMI) && echo went on", f"BIN={tmp_path}", "try"]
    tried = subprocess.run(["make", *goal], cwd=ROOT, capture_output=True, text=True, check=False)
    assert tried.returncode != 0
    assert "no engine" in tried.stderr
    assert "went on" not in tried.stdout

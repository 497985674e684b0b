from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_where_the_other_side_cannot_run_the_bench_of_a_plan_fails_and_says_what_to_install(tmp_path: Path) -> None:
    without = {**os.environ, "PATH": str(tmp_path)}
    bench = [sys.executable, "-m", "tests.bench_plan"]
    tried = subprocess.run(bench, cwd=ROOT, env=without, capture_output=True, text=True, check=False)
    assert tried.returncode == 1
    assert "aws-cdk-lib needs node" in tried.stderr
    assert "apt install nodejs" in tried.stderr

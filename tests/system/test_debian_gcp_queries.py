"""The queries of alerts on Google Cloud, read by Prometheus itself: Debian's `prometheus`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.providers.gcp.test_signals import KINDS, everything, query


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_query_is_one_that_prometheus_reads(kind: str, tmp_path: Path) -> None:
    made = everything(kind)
    roles = [it.name.removeprefix("alerts-") for it in made.children("alerts")]
    rules = [{"alert": role, "expr": query(made, role)} for role in roles]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": kind, "rules": rules}]}), encoding="utf-8")
    command = ["promtool", "check", "rules", str(file)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr + checked.stdout

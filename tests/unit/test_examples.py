"""The projects of docs/examples: their own tests pass, run as their user runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(each.parent for each in (ROOT / "docs" / "examples").glob("*/Pulumi.yaml"))
LINKED_FROM = ("README.md", "docs/testing.md")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_tests_of_an_example_pass_in_a_folder_of_its_own(example: Path, tmp_path: Path) -> None:
    project = shutil.copytree(example, tmp_path / example.name, ignore=shutil.ignore_patterns("__pycache__"))
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("page", LINKED_FROM)
def test_every_example_is_linked_from_the_pages_that_lead_there(page: str) -> None:
    text = (ROOT / page).read_text()
    assert [example.name for example in EXAMPLES if f"examples/{example.name}" not in text] == []

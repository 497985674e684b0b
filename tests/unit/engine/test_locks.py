from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra_kit.engine import locks
from infra_kit.engine.project import Project
from infra_kit.errors import AnotherRunError

HOLD = """
import sys, pathlib
from infra_kit.engine import locks
from infra_kit.engine.project import Project
root = pathlib.Path(sys.argv[1])
with locks.hold(Project(root, "shop", root, root), "shop-development"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, "shop", tmp_path, tmp_path)


def test_a_second_run_on_one_stack_is_told_the_first_ones_process(project: Project) -> None:
    with (
        locks.hold(project, "shop-development"),
        pytest.raises(AnotherRunError, match=rf"'shop-development' \(process {os.getpid()}\)"),
        locks.hold(project, "shop-development"),
    ):
        raise AssertionError("held twice")


def test_another_stack_is_not_held_up(project: Project) -> None:
    with locks.hold(project, "shop-development"), locks.hold(project, "shop-production"):
        assert len(list((project.home / "locks").iterdir())) == 2


def test_a_run_that_was_killed_holds_nothing(project: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(project.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AnotherRunError, match=f"process {other.pid}"), locks.hold(project, "shop-development"):
            raise AssertionError("held twice")
        other.kill()
        other.wait()
        with locks.hold(project, "shop-development"):
            assert (project.home / "locks" / "shop-development.lock").read_text() == str(os.getpid())

"""The table of docs/lock-in.md says what the planner says."""

import re
from pathlib import Path

import pytest

from infra_kit.engine.project import Project
from infra_kit.planning.costs import cost
from infra_kit.planning.lock_in import lock_in
from infra_kit.planning.programs import plan

ROOT = Path(__file__).parents[3]
ROWS = re.findall(r"^\| (\d) \| 2\.6[^|]*\| ([\d.]+) \| ([\d.]+) \|$", (ROOT / "docs" / "lock-in.md").read_text(), re.M)


def test_there_is_a_row_for_each_phase() -> None:
    assert [phase for phase, *_ in ROWS] == ["1", "2", "3"]


@pytest.mark.parametrize(("phase", "whole", "unaccepted"), ROWS)
def test_a_row_says_the_scores_with_and_without_what_is_accepted(phase: str, whole: str, unaccepted: str) -> None:
    planned = plan(Project.find(ROOT), "zuclubit-production", [f"infra-kit:phase={phase}"])
    found = lock_in(planned, cost(planned))
    assert (str(found.total), str(found.unaccepted)) == (whole, unaccepted)

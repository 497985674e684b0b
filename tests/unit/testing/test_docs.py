"""The examples of docs/testing.md, run as they stand there."""

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCS = Path(__file__).parents[3] / "docs" / "testing.md"
USER_TEST, TARGET_TEST, LIVE_TEST = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)


def test_the_unit_test_of_a_stack_passes_as_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USER_TEST)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_the_conformance_test_of_a_target_passes_as_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TARGET_TEST)
    result = pytester.runpytest_subprocess().parseoutcomes()
    assert set(result) == {"passed"}
    assert result["passed"] > 10


def test_the_live_test_of_a_target_is_found_as_shown(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(LIVE_TEST)
    found = pytester.runpytest_subprocess("--collect-only", "-q").stdout.str()
    assert "::TestRedisOnMoon::test_destroyed_it_leaves_nothing" in found


def test_a_users_own_test_takes_at_most_ten_lines() -> None:
    stack_and_test = USER_TEST.split("\n\n\n")[1:3]
    assert sum(len(part.splitlines()) for part in stack_and_test) <= 10

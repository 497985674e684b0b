"""Counts in words."""

import pytest

from infra_kit.counts import counted


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 call"), (0, "0 calls"), (2.5, "2.5 calls"), (1_000_000, "1,000,000 calls"), (2 / 3, "0.667 calls")],
)
def test_one_is_one_and_a_million_is_no_power_of_ten(number: float, said: str) -> None:
    assert counted(number, "call") == said


def test_a_plural_of_its_own_can_be_said() -> None:
    assert [counted(number, "address", "addresses") for number in (1, 2)] == ["1 address", "2 addresses"]

"""What is asked of a schedule."""

from __future__ import annotations

import pytest

from infra_kit.schedules import shortest_pause

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("*/5 * * * *", 5 * MINUTE),
        ("58,3 * * * *", 5 * MINUTE),
        ("0 23,4 * * *", 5 * HOUR),
        ("0 4 1 * *", 28 * DAY),
        ("0 4 1,31 * *", DAY),
        ("0 0 1 1 *", 365 * DAY),
        ("0 0 29 2 *", 4 * 365 * DAY + DAY),
    ],
)
def test_the_shortest_pause_is_found_also_of_what_runs_seldom(schedule: str, seconds: int) -> None:
    assert shortest_pause(schedule) == seconds

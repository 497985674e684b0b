from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest

from infra_kit.providers.local.backups.retention import kept
from tests.unit.providers.retention import CASES, NOW, Case

KEEP = {"every": "7d", "daily": "30d", "weekly": "90d"}


def every_six_hours(days: int) -> list[datetime]:
    return [NOW - timedelta(hours=6 * number) for number in range(days * 4 + 1)]


def ages(times: set[datetime]) -> list[float]:
    return sorted((NOW - time) / timedelta(days=1) for time in times)


def test_each_copy_of_seven_days_is_kept() -> None:
    found = [age for age in ages(kept(every_six_hours(100), KEEP, NOW)) if age <= 7]
    assert len(found) == 29


def test_then_the_last_of_each_day_and_then_of_each_week() -> None:
    found = ages(kept(every_six_hours(120), KEEP, NOW))
    days = [time for time in found if 7 < time <= 30]
    weeks = [time for time in found if time > 30]
    assert len(days) == 23
    assert {later - earlier for earlier, later in itertools.pairwise(days)} == {1.0}
    assert len(weeks) == 9
    assert {round(later - earlier) for earlier, later in itertools.pairwise(weeks)} == {7}
    assert max(found) <= 90


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_kept_is_what_every_target_keeps(case: Case) -> None:
    keep = {tier: f"{days}d" if days else None for tier, days in case.keep.items()}
    assert kept(case.copies, keep, NOW) == case.kept


def test_without_tiers_only_the_young_are_kept() -> None:
    found = kept(every_six_hours(40), {"every": "1d", "daily": None, "weekly": None}, NOW)
    assert max(ages(found)) == 1

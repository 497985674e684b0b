from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from infra_kit.providers.local.backups.retention import kept

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
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


def test_the_newest_is_kept_however_old_it_is() -> None:
    times = [NOW - timedelta(days=age) for age in (300, 400)]
    assert kept(times, KEEP, NOW) == {times[0]}


def test_without_tiers_only_the_young_are_kept() -> None:
    found = kept(every_six_hours(40), {"every": "1d", "daily": None, "weekly": None}, NOW)
    assert max(ages(found)) == 1


def test_of_nothing_nothing_is_kept() -> None:
    assert kept([], KEEP, NOW) == set()

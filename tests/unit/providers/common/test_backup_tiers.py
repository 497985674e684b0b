"""When a cloud takes the copies of each tier."""

import pytest

from infra_kit import Backup, Keep, Postgres
from infra_kit.providers.common import backup_tiers
from infra_kit.testing import record

TIMES = {
    "0 */6 * * *": {"every": "0 */6 * * *", "daily": "0 18 * * *", "weekly": "0 18 * * 0"},
    "0,30 3-5 * * *": {"every": "0,30 3-5 * * *", "daily": "30 5 * * *", "weekly": "30 5 * * 0"},
    "0 3 * * *": {"daily": "0 3 * * *", "weekly": "0 3 * * 0"},
    "0 3,15 * * 1-5": {"every": "0 3,15 * * 1-5", "daily": "0 15 * * 1-5", "weekly": "0 15 * * 5"},
    "0 3,15 * * 0,3": {"every": "0 3,15 * * 0,3", "daily": "0 15 * * 0,3", "weekly": "0 15 * * 0"},
    "0 3 * * 1": {"weekly": "0 3 * * 1"},
    "0 3 1,15 * *": {"weekly": "0 3 1,15 * *"},
    "0 3 * 6 *": {"weekly": "0 3 * 6 *"},
}


def tiers(schedule: str, keep: Keep) -> dict[str, backup_tiers.Tier]:
    made = []
    record(lambda: made.append(Backup("safe", of=[Postgres("db")], schedule=schedule, keep=keep)))
    return dict(backup_tiers.tiers(made[0].spec))


@pytest.mark.parametrize("schedule", TIMES)
def test_the_last_of_each_day_and_week_is_kept_longer(schedule: str) -> None:
    found = tiers(schedule, Keep(every="7d", daily="30d", weekly="90d"))
    assert {name: tier.schedule for name, tier in found.items()} == TIMES[schedule]
    assert {name: tier.days for name, tier in found.items()} == {
        name: {"every": 7, "daily": 30, "weekly": 90}[name] for name in TIMES[schedule]
    }


def test_a_tier_that_is_not_asked_for_is_none() -> None:
    assert tiers("0 3 * * *", Keep(daily=None, weekly=None)).keys() == {"every"}
    assert tiers("0 */6 * * *", Keep(daily=None)).keys() == {"every", "weekly"}


def test_less_than_a_day_is_kept_for_one() -> None:
    assert backup_tiers.days("1h") == 1
    assert backup_tiers.days("36h") == 2

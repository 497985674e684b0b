"""Which copies are kept, as cases for all that thins them out: local's Python and a VPS's `tiers.sh`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
"""A Thursday."""


def ago(days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


class Case(NamedTuple):
    keep: Mapping[str, int | None]
    """Days, by tier."""
    copies: Sequence[datetime]
    kept: set[datetime]


ALL = {"every": 7, "daily": 30, "weekly": 90}
EVERY_SIX_HOURS = [ago(hours=6 * number) for number in range(4 * 120 + 1)]
CASES: Mapping[str, Case] = {
    "nothing": Case(ALL, [], set()),
    "each copy of the first days": Case(ALL, EVERY_SIX_HOURS[:29], set(EVERY_SIX_HOURS[:29])),
    "then the last of a day": Case(
        {"every": 3, "daily": 10, "weekly": None},
        [ago(1), ago(5), ago(5, hours=3), ago(11)],
        {ago(1), ago(5)},
    ),
    "then the last of a week, which ends with Sunday": Case(
        {"every": 1, "daily": None, "weekly": 50},
        [ago(0.5), *(ago(days) for days in range(3, 18))],
        {ago(0.5), ago(4), ago(11)},
    ),
    "a week goes on over the end of a year": Case(
        {"every": None, "daily": None, "weekly": 400},
        [datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2025, 12, 30, 12, tzinfo=UTC)],
        {datetime(2026, 1, 1, 12, tzinfo=UTC)},
    ),
    "just in time, and a second too late": Case(
        {"every": 7, "daily": None, "weekly": None}, [ago(), ago(7), ago(7) - timedelta(seconds=1)], {ago(), ago(7)}
    ),
    "the newest, however old": Case(ALL, [ago(300), ago(400)], {ago(300)}),
    "what only the longest tier would keep, of a day that has a later one": Case(
        {"every": None, "daily": 30, "weekly": 90}, [ago(35), ago(35, hours=2), ago(36)], {ago(35)}
    ),
}

"""When AWS brings a server up to date, beside when it backs it up: it refuses windows that overlap."""

from __future__ import annotations

LASTS = 30
"""Minutes, the shortest (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html)."""
MINUTES_OF_A_DAY = 24 * 60


def maintenance(backup: str) -> str:
    """Half an hour, half an hour after Sunday's backup, in UTC: `sun:04:30-sun:05:00`.

    Args:
        backup: the daily window of backups: `03:00-04:00`.
    """
    hour, minute = map(int, backup.partition("-")[2].split(":"))
    begin = hour * 60 + minute + LASTS
    return f"{_day_and_time(begin)}-{_day_and_time(begin + LASTS)}"


def _day_and_time(minutes: int) -> str:
    """Of so many minutes from Sunday's beginning."""
    day, rest = divmod(minutes, MINUTES_OF_A_DAY)
    return f"{('sun', 'mon')[day]}:{rest // 60:02}:{rest % 60:02}"

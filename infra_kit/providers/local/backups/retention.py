"""Which copies are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from infra_kit.durations import seconds


def kept(times: Sequence[datetime], keep: Mapping[str, str | None], now: datetime) -> set[datetime]:
    """Those of `every`, of `daily` the last of each day, of `weekly` the last of each week; and the newest always.

    Args:
        times: of all copies.
        keep: `components.backup.Keep`, as plain values.
        now: the time.
    """
    tiers: dict[str, Callable[[datetime], object]] = {
        "every": lambda time: time,
        "daily": lambda time: time.date(),
        "weekly": lambda time: time.isocalendar()[:2],
    }
    found = {max(times)} if times else set()
    for tier, group in tiers.items():
        age = keep.get(tier)
        young = sorted(time for time in times if age and now - time <= timedelta(seconds=seconds(age)))
        found |= set({group(time): time for time in young}.values())
    return found

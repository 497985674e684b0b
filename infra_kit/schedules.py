"""Schedules, as cron writes them: minute, hour, day of the month, month, day of the week; UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from itertools import islice, pairwise, takewhile
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

_FORM = re.compile(r"[0-9*/,-]+( [0-9*/,-]+){4}")
"""What the schedulers of all targets understand: no names, no `L`, no `#`."""
RUNS_LOOKED_AT = 2000
"""More than the minutes of a day, so that each pause within a day is among them."""
FROM, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
"""Years with three 29th of February: what runs seldom comes round in them."""


def _check(text: str) -> str:
    if not _FORM.fullmatch(text):
        raise ValueError("a schedule is five fields of cron in numbers, e.g. '0 3 * * *' (daily at 03:00 UTC)")
    if text.split()[2] != "*" and text.split()[4] != "*":
        raise ValueError("a day of the month and a weekday together mean one thing here and another there: say one")
    try:
        CronSim(text, datetime.now(UTC))
    except CronSimError as error:
        raise ValueError(f"not a schedule of cron: {error}") from None
    return text


@cache
def shortest_pause(schedule: str) -> int:
    """The seconds between two runs, where they are the fewest."""
    times = islice(takewhile(lambda time: time < UNTIL, CronSim(schedule, FROM)), RUNS_LOOKED_AT)
    return int(min((later - earlier).total_seconds() for earlier, later in pairwise(times)))


def values(part: str, least: int, most: int) -> range:
    """Those that one part of a field names, of a field that may have these: `values("*/6", 0, 23)`."""
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    begin, end = (least, most) if span == "*" else (int(first), int(last or (most if step else first)))
    return range(begin, end + 1, int(step or 1))


Schedule = Annotated[str, AfterValidator(_check)]

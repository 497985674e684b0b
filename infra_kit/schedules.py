"""Schedules, as cron writes them: minute, hour, day of the month, month, day of the week; UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

_FORM = re.compile(r"[0-9*/,-]+( [0-9*/,-]+){4}")
"""What the schedulers of all targets understand: no names, no `L`, no `#`."""


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


Schedule = Annotated[str, AfterValidator(_check)]

"""How often a job runs in a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

from cronsim import CronSim

from infra_kit.components.backup import BackupSpec
from infra_kit.components.job import JobSpec
from infra_kit.components.restore_drill import RestoreDrillSpec
from infra_kit.planning.rates import Asked

RELEASES = 4
"""A month, of what runs with each: one a week."""
YEAR = timedelta(days=365)
_LOOKED_AT = 2000


def runs(asked: Asked) -> float:
    """In a mean month: what `infra-kit:usage` says, else by the job's schedule, else one a week."""
    spec = asked.made.spec if asked.made else None
    if asked.usage.runs is not None:
        return asked.usage.runs
    if isinstance(spec, JobSpec | BackupSpec | RestoreDrillSpec) and spec.schedule:
        return a_month(spec.schedule)
    return RELEASES


@cache  # two thousand dates of a calendar, and a plan asks again for every line of a job
def a_month(schedule: str) -> float:
    """The runs of a schedule (cron, UTC) in a twelfth of a year."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    times = list(islice(CronSim(schedule, start), _LOOKED_AT))
    within = [time for time in times if time - start < YEAR]
    if len(within) < len(times):
        return len(within) / 12
    return len(times) * (YEAR / (times[-1] - start)) / 12

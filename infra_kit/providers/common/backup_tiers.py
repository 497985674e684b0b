"""When a cloud takes the copies of each tier: it has schedules with a time to keep, and thins nothing out by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra_kit.component import Scope
from infra_kit.components.backup import BackupSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.schedules import shortest_pause, values

TIERS = ("every", "daily", "weekly")
DAY = 86_400
SUNDAY = 7


@dataclass(frozen=True, kw_only=True)
class Tier:
    """Copies that are taken at these times, and kept for so long."""

    schedule: str
    days: int


def days(age: str) -> int:
    """Whole ones, which are what a cloud keeps."""
    return -(-seconds(age) // DAY)


def tiers(spec: BackupSpec) -> Mapping[str, Tier]:
    """By name: `every`, `daily`, `weekly`. Two that come at the same times are one, which is kept for the longer of the
    two."""
    keep = spec.keep
    wanted = {
        "every": (spec.schedule, keep.every),
        "daily": (_last_of_the_day(spec.schedule), keep.daily),
        "weekly": (_last_of_the_week(spec.schedule), keep.weekly),
    }
    by_time = {schedule: (name, age) for name, (schedule, age) in wanted.items() if age}
    return {name: Tier(schedule=schedule, days=days(age)) for schedule, (name, age) in by_time.items()}


def check_pause(scope: Scope, spec: BackupSpec, *, least: int, who: str) -> None:
    """Raises `SpecError` where copies come more often than a cloud takes them (seconds)."""
    pause = shortest_pause(spec.schedule)
    if pause < least:
        raise SpecError(
            f"{scope.what}: schedule: given {spec.schedule!r}, every {pause} seconds; {who} takes a copy every {least} "
            "seconds at most. A Postgres has its log between two copies; give the others a longer pause."
        )


def check_log(scope: Scope, spec: BackupSpec, *, most: int) -> None:
    """Raises `SpecError` where a Postgres keeps its log, from which any moment is restored, for less than `keep.every`;
    the cloud keeps it for `most` days."""
    asked = days(spec.keep.every)
    what = f"{scope.what}: keep.every: given {spec.keep.every}"
    for it in spec.of:
        if it.KIND != "postgres":
            continue
        if asked > most:
            raise SpecError(
                f"{what}, and the log of Postgres {it.name!r}, from which any moment of that is restored, is kept for "
                f"{most}d at most. Say that, and a longer keep.daily."
            )
        backups = it.spec.backups
        kept = backups.retention_days if backups and backups.point_in_time else 0
        if kept < asked:
            raise SpecError(
                f"{what}, and Postgres {it.name!r} keeps its log, from which any moment of that is restored, for "
                f"{kept}d. Give it backups=Backups(retention_days={asked})."
            )


def _last_of_the_day(schedule: str) -> str:
    minute, hour, *rest = schedule.split(" ")
    return " ".join([str(_last(minute, 0, 59)), str(_last(hour, 0, 23)), *rest])


def _last_of_the_week(schedule: str) -> str:
    """That of each day, where not all weeks are alike: more is kept then than is asked for, and nothing less."""
    minute, hour, day, month, weekday = _last_of_the_day(schedule).split(" ")
    if (day, month) != ("*", "*"):
        return " ".join([minute, hour, day, month, weekday])
    last = SUNDAY if weekday == "*" else max(it or SUNDAY for it in _each(weekday, 0, 6))
    return f"{minute} {hour} * * {last % SUNDAY}"


def _last(field: str, least: int, most: int) -> int:
    return max(_each(field, least, most))


def _each(field: str, least: int, most: int) -> list[int]:
    return [value for part in field.split(",") for value in values(part, least, most)]

from __future__ import annotations

from typing import Any

import pytest

from infra_kit import Job
from infra_kit.errors import SpecError
from tests.unit.refusals import refusal


def refused(**arguments: Any) -> str:
    message = refusal(lambda: Job("report", **{"command": ["python", "report.py"], **arguments}), SpecError)
    return message.removeprefix("Job 'report': ")


@pytest.mark.parametrize("schedule", ["", "daily", "@daily", "0 3 * *", "0 3 * * MON", "0 3 L * *", "0 0 3 * * *"])
def test_a_schedule_is_five_fields_of_cron_in_numbers(schedule: str) -> None:
    message = refused(schedule=schedule)
    assert message.startswith("schedule: a schedule is five fields of cron in numbers, e.g. '0 3 * * *'")


@pytest.mark.parametrize("schedule", ["61 3 * * *", "0 24 * * *", "0 3 32 * *"])
def test_a_schedule_is_of_times_that_there_are(schedule: str) -> None:
    assert refused(schedule=schedule).startswith("schedule: not a schedule of cron: ")


def test_a_day_and_a_weekday_together_mean_two_things() -> None:
    assert "a day of the month and a weekday together" in refused(schedule="0 3 1 * 1")


@pytest.mark.parametrize("timeout", ["1", "0s", "one hour"])
def test_a_timeout_is_a_duration(timeout: str) -> None:
    assert refused(timeout=timeout).startswith("timeout: a duration is ")


@pytest.mark.parametrize("retries", [-1, 11])
def test_it_is_not_tried_again_for_ever(retries: int) -> None:
    assert refused(retries=retries) == f"retries: at least 0 and at most 10 is needed, given {retries}"

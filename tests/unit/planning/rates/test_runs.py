"""How often a job runs in a month."""

import pytest

from infra_kit.planning.rates.runs import a_month


@pytest.mark.parametrize(
    ("schedule", "count"),
    [("0 3 * * *", 365 / 12), ("0 4 1 * *", 1), ("0 2 * * 0", 52 / 12), ("*/5 * * * *", 12 * 24 * 365.25 / 12)],
)
def test_a_schedule_has_its_runs_in_a_mean_month(schedule: str, count: float) -> None:
    assert a_month(schedule) == pytest.approx(count, rel=0.01)

"""The local half of Job, as far as it needs no process."""

from __future__ import annotations

from infra_kit import Job, Sidecar, features
from infra_kit.components.job import JobSpec
from infra_kit.providers.local import job as driver
from infra_kit.testing import record
from tests.unit.lacking import gaps


def test_sidecars_are_its_only_gap() -> None:
    assert set(gaps(driver, JobSpec(command=["x"], sidecars={"proxy": Sidecar(image="x")}))) == {features.SIDECARS}


def test_its_times_are_seconds() -> None:
    made = record(lambda: Job("it", command=["x"], schedule="0 3 * * *", timeout="10m", retries=2)).named("it-server")

    assert made.inputs["schedule"] == "0 3 * * *"
    assert (made.inputs["timeout"], made.inputs["retries"]) == (600, 2)

"""Job on Google Cloud: started by Cloud Scheduler, or by `up`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from infra_kit.errors import SpecError
from infra_kit.testing import Recording
from tests.unit.providers.gcp.workloads import job

NIGHTLY = "0 3 * * *"


def token(made: Recording) -> Any:
    return made.named("nightly-job").inputs.get("runExecutionToken")


def test_a_schedule_starts_it_as_an_account_that_may_do_nothing_else() -> None:
    made = job(schedule=NIGHTLY)
    it = made.named("nightly-schedule").inputs
    assert (it["schedule"], it["timeZone"]) == (NIGHTLY, "Etc/UTC")
    assert it["httpTarget"]["uri"] == "https://run.googleapis.com/v2/nightly-job-id:run"
    (may,) = made.of_type("gcp:cloudrunv2/jobIamMember:JobIamMember")
    assert may.inputs["role"] == "roles/run.invoker"
    assert may.inputs["name"] == "recorded-job"
    assert may.inputs["member"].removeprefix("serviceAccount:") == it["httpTarget"]["oauthToken"]["serviceAccountEmail"]
    assert token(made) is None


def test_without_a_schedule_up_runs_it_and_waits_for_its_end() -> None:
    made = job(timeout="2h", retries=1)
    assert token(made)
    assert not made.of_type("gcp:cloudscheduler/job:Job")
    patience = made.named("nightly-job").request.customTimeouts
    assert (patience.create, patience.update) == ("15600s", "15600s")


@pytest.mark.parametrize(
    "changed",
    [{"image": "europe-docker.pkg.dev/shop/images/api:2"}, {"command": ["migrate"]}, {"environment": {"A": "b"}}],
)
def test_up_runs_it_again_when_anything_of_it_changes_and_only_then(changed: Mapping[str, Any]) -> None:
    assert token(job()) == token(job())
    assert token(job(**changed)) != token(job())


def test_it_ends_after_its_time_and_is_tried_again_as_often_as_asked() -> None:
    it = job(schedule=NIGHTLY, timeout="10m", retries=2).named("nightly-job").inputs["template"]["template"]
    assert (it["timeout"], it["maxRetries"]) == ("600s", 2)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"timeout": "8d"}, "timeout: given 8d, Cloud Run lets a task run for at most '7d'"),
        ({"schedule": "*/5 * * * *"}, "runs it every 300 seconds, and Cloud Run would run it twice at once"),
        ({"schedule": "*/5 * * * *", "timeout": "3m", "retries": 1}, "given 3m and 1 retries, 360 seconds"),
        ({"schedule": "0,30 3 * * *"}, "runs it every 1800 seconds"),
    ],
)
def test_what_would_not_end_in_time_is_refused_with_a_way_out(asked: Mapping[str, Any], why: str) -> None:
    with pytest.raises(SpecError, match=why):
        job(**asked)


def test_a_schedule_with_room_between_its_runs_is_taken() -> None:
    assert job(schedule="*/5 * * * *", timeout="5m").named("nightly-schedule")

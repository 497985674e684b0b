"""Job on AWS: on a schedule by Step Functions, or by `up` through a function that waits for it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from infra_kit import Job
from infra_kit.providers.aws.job_schedule import expression
from infra_kit.providers.aws.lambdas import job_run
from tests.unit.providers.aws.workloads import IMAGE, actions, job, refused, statements

NIGHTLY = "0 3 * * *"


@pytest.mark.parametrize(
    ("cron", "wanted"),
    [
        ("0 3 * * *", "0 3 * * ? *"),
        ("*/15 * * * *", "0/15 * * * ? *"),
        ("5,35 1-3 1 */2 *", "5,35 1-3 1 1/2 ? *"),
        ("0-30/10 0 * * *", "0,10,20,30 0 * * ? *"),
        ("0 3 * * 1-5", "0 3 ? * 2,3,4,5,6 *"),
        ("0 3 * * 0", "0 3 ? * 1 *"),
        ("0 3 * * 7", "0 3 ? * 1 *"),
        ("0 3 * 6 */2", "0 3 ? 6 1,3,5,7 *"),
    ],
)
def test_a_schedule_is_written_as_the_scheduler_reads_it(cron: str, wanted: str) -> None:
    assert expression(cron) == wanted


def test_a_run_is_waited_for_stopped_when_it_takes_too_long_and_tried_again() -> None:
    made = job(schedule=NIGHTLY, timeout="10m", retries=2)
    run = json.loads(made.named("nightly-runs").inputs["definition"])["States"]["Run"]
    assert run["Resource"] == "arn:aws:states:::ecs:runTask.sync"
    assert run["TimeoutSeconds"] == 600
    # Without a factor of 1 each wait would be twice the last: with ten retries 17 minutes at least.
    (again,) = run["Retry"]
    assert (again["MaxAttempts"], again["BackoffRate"]) == (2, 1)
    # So long may what was stopped take to end: 30 seconds of its own, and what Fargate takes.
    assert again["IntervalSeconds"] == 60
    assert run["Parameters"]["TaskDefinition"] == made.named("nightly-task").outputs["arn"]
    network = run["Parameters"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert (network["AssignPublicIp"], network["SecurityGroups"]) == ("DISABLED", ["nightly-security-group-id"])


def test_the_scheduler_may_start_this_job_and_nothing_else() -> None:
    made = job(schedule=NIGHTLY)
    schedule = made.named("nightly-schedule").inputs
    assert schedule["scheduleExpression"] == "cron(0 3 * * ? *)"
    (may,) = statements(made, "nightly-schedule-role-rights")
    assert (may["Action"], may["Resource"]) == (["states:StartExecution"], schedule["target"]["arn"])


def test_what_runs_it_starts_this_task_and_hands_on_its_roles_alone() -> None:
    for made, rights in (
        (job(schedule=NIGHTLY), "nightly-runs-role-rights"),
        (job(timeout="5m"), "nightly-runner-rights"),
    ):
        found = statements(made, rights)
        (start,) = (it for it in found if it["Action"] == ["ecs:RunTask"])
        assert start["Resource"] == made.named("nightly-task").outputs["arnWithoutRevision"] + ":*"
        (hand_on,) = (it for it in found if it["Action"] == ["iam:PassRole"])
        task = made.named("nightly-task").inputs
        assert set(hand_on["Resource"]) == {task["taskRoleArn"], task["executionRoleArn"]}
        assert not [action for action in actions(found) if action.startswith("ecs:") and action.endswith("*")]


def test_two_runs_of_a_schedule_never_overlap() -> None:
    message = refused(lambda: Job("nightly", image=IMAGE, schedule="*/5 * * * *", timeout="2m", retries=2))
    assert (
        "timeout: given 2m and 2 retries, 480 seconds with the stops between them; '*/5 * * * *' runs it every 300 "
        "seconds" in message
    )
    assert job(schedule="*/10 * * * *", timeout="2m", retries=2).named("nightly-schedule")


def test_up_runs_it_again_when_anything_of_it_changes() -> None:
    made = job(timeout="6m", retries=1)
    run = made.named("nightly-run")
    task = made.named("nightly-task").outputs["arn"]
    assert run.inputs["triggers"] == {"task": task}
    told = json.loads(run.inputs["input"])
    assert (told["task_definition"], told["seconds"], told["retries"]) == (task, 360, 1)
    assert told["stop_seconds"] == 60


def test_what_up_runs_ends_within_the_life_of_a_function() -> None:
    assert json.loads(job().named("nightly-run").inputs["input"])["seconds"] == 840
    assert "what `up` runs on aws ends within 840 seconds" in refused(
        lambda: Job("nightly", image=IMAGE, timeout="20m")
    )
    assert "within 840 seconds, 390 for each of 2 tries" in refused(
        lambda: Job("nightly", image=IMAGE, timeout="7m", retries=1)
    )


EVENT: dict[str, Any] = {
    "cluster": "cluster",
    "task_definition": "task:1",
    "placement": {"subnets": ["subnet-1"], "security_groups": ["sg-1"]},
    "container": "nightly",
    "log": "the-log",
    "seconds": 60,
    "stop_seconds": 30,
    "retries": 0,
}


class Ecs:
    """Answers as ECS does; each task ends with the next of these codes, None: it does not end in time."""

    def __init__(self, *codes: int | None) -> None:
        self.codes = list(codes)
        self.running = 0
        self.throttled = 0
        self.started: list[str] = []
        self.stopped: list[str] = []

    def run_task(self, **asked: Any) -> dict[str, Any]:
        assert asked["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
        self.running += 1
        assert self.running == 1, "two of them run at once"
        self.started.append(f"arn:task/cluster/{len(self.started)}")
        return {"failures": [], "tasks": [{"taskArn": self.started[-1]}]}

    def get_waiter(self, name: str) -> Any:
        assert name == "tasks_stopped"

        def wait(**asked: Any) -> None:
            if self.throttled:
                self.throttled -= 1
                said: Any = {"Error": {"Code": "ThrottlingException"}}
                raise WaiterError("TasksStopped", "An error occurred (ThrottlingException): Rate exceeded", said)
            task = asked["tasks"][0]
            if task == self.started[-1] and self.codes and self.codes[0] is None and task not in self.stopped:
                raise WaiterError("TasksStopped", "Max attempts exceeded", {})
            self.running = 0

        return SimpleNamespace(wait=wait)

    def stop_task(self, **asked: str) -> None:
        self.stopped.append(asked["task"])
        self.codes.pop(0)

    def describe_tasks(self, **_: object) -> dict[str, Any]:
        beside = {"name": "sidecar", "exitCode": 137}
        return {"tasks": [{"containers": [beside, {"name": "nightly", "exitCode": self.codes.pop(0)}]}]}


class Logs:
    exceptions = SimpleNamespace(ResourceNotFoundException=KeyError)

    def get_log_events(self, **asked: Any) -> dict[str, Any]:
        assert asked["logStreamName"].startswith("nightly/nightly/")
        return {"events": [{"message": "table users is missing"}]}


def test_a_run_that_ends_well_is_the_answer() -> None:
    ecs = Ecs(0)
    assert job_run.settle(EVENT, ecs, Logs()) == ecs.started[0]


def test_a_run_that_fails_says_why() -> None:
    with pytest.raises(job_run.JobError, match="it ended with exit code 3\ntable users is missing"):
        job_run.settle(EVENT, Ecs(3), Logs())


def test_a_run_that_fails_is_tried_again() -> None:
    ecs = Ecs(1, 0)
    assert job_run.settle({**EVENT, "retries": 1}, ecs, Logs()) == ecs.started[1]
    with pytest.raises(job_run.JobError, match="exit code 2"):
        job_run.settle({**EVENT, "retries": 1}, Ecs(1, 2), Logs())


def test_a_run_that_takes_too_long_is_stopped() -> None:
    ecs = Ecs(None)
    with pytest.raises(job_run.JobError, match="it took longer than 60 seconds and was stopped"):
        job_run.settle(EVENT, ecs, Logs())
    assert ecs.stopped == ecs.started


def test_a_run_of_which_ecs_does_not_say_whether_it_has_ended_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs, waited = Ecs(0), list[float]()
    ecs.throttled = 2
    monkeypatch.setattr("time.sleep", waited.append)
    assert job_run.settle(EVENT, ecs, Logs()) == ecs.started[0]
    assert (ecs.stopped, len(waited)) == ([], 2)


def test_a_run_that_takes_too_long_is_tried_again_once_it_has_ended() -> None:
    ecs = Ecs(None, 0)
    assert job_run.settle({**EVENT, "retries": 1}, ecs, Logs()) == ecs.started[1]
    assert ecs.stopped == ecs.started[:1]

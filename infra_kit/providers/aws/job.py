"""Job on AWS: a task of ECS on Fargate, which a schedule starts, or `up` itself. What runs stands in `workloads`.

- On a schedule (`job_schedule`): EventBridge Scheduler starts an execution of Step Functions, which runs the task,
  waits for its end, tries again, and stops what takes longer than `timeout`. The next one would begin beside one that
  is not over, so a schedule is taken only where a run ends, with all that it is tried again, before the next one
  begins.
- Without one (`job_run`), a Lambda function runs it whenever anything of it changes, waits for its end, and fails with
  its reason. A function lives for 15 minutes: that is the longest such a job can take.
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra_kit.component import Scope
from infra_kit.components.job import JobEndpoint, JobSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.aws import job_run, job_schedule, workloads
from infra_kit.providers.common.asked import refuse_or_say
from infra_kit.schedules import shortest_pause

SUPPORTS = workloads.SUPPORTS


@dataclass(frozen=True, kw_only=True)
class AwsJob:
    """A job's handles, for what watches it."""

    machine: pulumi.Output[str] | None
    """The ARN of the state machine that runs it; None where `up` does."""


def create(scope: Scope, spec: JobSpec) -> JobEndpoint:
    _check(scope, spec)
    made = workloads.workload(scope, spec)
    machine = job_schedule.create(scope, spec, spec.schedule, made) if spec.schedule else None
    if machine is None:
        job_run.create(scope, spec, made)
    return JobEndpoint(log=made.ground.log.name, native=AwsJob(machine=machine))


def _check(scope: Scope, spec: JobSpec) -> None:
    if spec.schedule:
        _check_pause(scope, spec, spec.schedule)
    elif seconds(spec.timeout) > job_run.most_seconds(spec):
        _refuse_what_outlives_the_function(scope, spec)


def _check_pause(scope: Scope, spec: JobSpec, schedule: str) -> None:
    longest = seconds(spec.timeout) * (spec.retries + 1) + job_run.stop_seconds(spec) * spec.retries
    if longest > shortest_pause(schedule):
        raise SpecError(
            f"{scope.what}: timeout: given {spec.timeout} and {spec.retries} retries, {longest} seconds with the stops "
            f"between them; {schedule!r} runs it every {shortest_pause(schedule)} seconds, and it would run twice at "
            "once. Say a shorter timeout, or run it less often."
        )


def _refuse_what_outlives_the_function(scope: Scope, spec: JobSpec) -> None:
    tries = f", {job_run.most_seconds(spec)} for each of {spec.retries + 1} tries" if spec.retries else ""
    refuse_or_say(
        scope,
        spec,
        "retries" if spec.retries else "timeout",
        f"{scope.what}: timeout: given {spec.timeout} and {spec.retries} retries; what `up` runs on aws ends within "
        f"{job_run.MOST_SECONDS} seconds{tries}, for it is waited for by a Lambda function. Say timeout='14m' or less "
        "and no retries; give what takes longer a schedule, or run it from the pipeline.",
    )

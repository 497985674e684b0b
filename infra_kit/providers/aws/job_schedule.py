"""A job on a schedule: EventBridge Scheduler and a state machine of Step Functions, each with a role of its own.

Why not the scheduler alone: it starts a task and does not know how that ended, so it neither tries again nor stops it.
Why not CKV_AWS_285 (logs): for them Step Functions wants rights on all log deliveries of the account, and it keeps each
execution for 90 days by itself. Why not CKV_AWS_284 (traces): a machine has one step. Why not CKV_AWS_297 (own key):
all that the schedule holds is when a job runs, and which.
"""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_aws import iam, scheduler, sfn

from infra_kit.component import Scope
from infra_kit.components.job import JobSpec
from infra_kit.durations import seconds
from infra_kit.providers.aws import identity, job_rights, job_run, policies
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.workloads import Workload
from infra_kit.providers.common.waiting import after
from infra_kit.schedules import values

EVENTS_RULE = "StepFunctionsGetEventsForECSTaskRule"
"""By this rule Step Functions learns that a task has ended; it makes it itself
(https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html)."""


def create(scope: Scope, spec: JobSpec, schedule: str, made: Workload) -> pulumi.Output[str]:
    """The ARN of the state machine that runs it."""
    machine = _machine(scope, spec, made)
    starts = policies.allow(["states:StartExecution"], machine.arn)
    starter = role(scope, "schedule-role", "scheduler.amazonaws.com", [starts])
    scope.resource(
        "schedule",
        scheduler.Schedule,
        description=f"Starts {scope.name}",
        schedule_expression=f"cron({expression(schedule)})",
        schedule_expression_timezone="UTC",
        flexible_time_window={"mode": "OFF"},
        target={"arn": machine.arn, "role_arn": starter, "input": "{}"},
    )
    return machine.arn


def expression(schedule: str) -> str:
    """As the scheduler writes it: with a year, and `?` for the day that is not said; its Sunday is 1
    (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based)."""
    minute, hour, day, month, weekday = schedule.split(" ")
    times = f"{_field(minute, 0, 59)} {_field(hour, 0, 23)}"
    if weekday == "*":
        return f"{times} {_field(day, 1, 31)} {_field(month, 1, 12)} ? *"
    # cron's 0 and 7 are both Sunday.
    days = sorted({each % 7 + 1 for part in weekday.split(",") for each in values(part, 0, 6)})
    return f"{times} ? {_field(month, 1, 12)} {','.join(map(str, days))} *"


def _field(text: str, least: int, most: int) -> str:
    """A step of a range is written out: the scheduler has steps of all only."""
    return ",".join(_part(part, least, most) for part in text.split(","))


def _part(part: str, least: int, most: int) -> str:
    span, _, step = part.partition("/")
    if not step:
        return part
    return f"{least}/{step}" if span == "*" else ",".join(map(str, values(part, least, most)))


def _machine(scope: Scope, spec: JobSpec, made: Workload) -> sfn.StateMachine:
    events = Text(
        "arn:", made.ground.cluster.partition, ":events:", made.ground.cluster.region, ":", identity.account(scope),
        f":rule/{EVENTS_RULE}",
    )  # fmt: skip
    learns = policies.allow(["events:PutTargets", "events:PutRule", "events:DescribeRule"], events)
    runner = role(scope, "runs-role", "states.amazonaws.com", [*job_rights.runs(made), learns])
    return scope.resource(
        "runs",
        sfn.StateMachine,
        depends_on=made.needs,
        role_arn=runner,
        definition=dumps(_definition(scope, spec, made)),
        tags=scope.tags,
    )


def _definition(scope: Scope, spec: JobSpec, made: Workload) -> dict[str, Any]:
    place = made.ground.placement(scope)
    network = {
        "Subnets": place["subnets"],
        "SecurityGroups": place["security_groups"],
        "AssignPublicIp": "DISABLED",
    }
    run: dict[str, Any] = {
        "Type": "Task",
        "Resource": Text("arn:", made.ground.cluster.partition, ":states:::ecs:runTask.sync"),
        "Parameters": {
            "Cluster": made.ground.cluster.arn,
            "TaskDefinition": made.task.arn,
            "LaunchType": "FARGATE",
            "PropagateTags": "TASK_DEFINITION",
            "NetworkConfiguration": {"AwsvpcConfiguration": network},
        },
        "TimeoutSeconds": seconds(spec.timeout),
        "End": True,
    }
    if spec.retries:
        # Nothing says when a try that took too long has ended: the next one waits for as long as that may take.
        again = {"IntervalSeconds": job_run.stop_seconds(spec), "BackoffRate": 1, "MaxAttempts": spec.retries}
        run["Retry"] = [{"ErrorEquals": ["States.ALL"], **again}]
    return {"StartAt": "Run", "States": {"Run": run}}


def role(scope: Scope, name: str, service: str, statements: list[policies.Statement]) -> pulumi.Output[str]:
    """The ARN of a role that a service takes on, once it may do what is said."""
    made = scope.resource(name, iam.Role, assume_role_policy=policies.trust(scope, service), tags=scope.tags)
    document = policies.document(statements)
    return after(made.arn, scope.resource(f"{name}-rights", iam.RolePolicy, role=made.id, policy=document))

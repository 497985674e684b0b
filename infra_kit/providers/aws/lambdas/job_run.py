"""A Lambda function: runs a task of ECS, waits for its end, and fails with its reason.

Event:
    cluster, task_definition: their ARNs.
    placement: `subnets` and `security_groups`.
    container: whose exit code counts.
    log: the log group, whose last lines are told when it fails.
    seconds: how long one run may take.
    stop_seconds: how long one that is stopped may take to end.
    retries: how often it is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import WaiterError

LOOKED_AFTER = 6
"""Seconds between two looks."""
LINES = 20


class JobError(Exception):
    """Why the job failed."""


def handler(event: Mapping[str, Any], context: object) -> str:  # noqa: ARG001  Lambda gives both
    return settle(event, boto3.client("ecs"), boto3.client("logs"))


def settle(event: Mapping[str, Any], ecs: Any, logs: Any) -> str:
    """The task that ended well. Raises `JobError` where none did."""
    for last in [False] * event["retries"] + [True]:
        task = _start(event, ecs)
        in_time = _has_ended(event, ecs, task, event["seconds"])
        reason = _failure(event, ecs, logs, task) if in_time else _stop(event, ecs, task)
        if reason is None:
            return task
        if last:
            raise JobError(reason)
        _has_ended(event, ecs, task, event["stop_seconds"])  # no two of them run at once
    raise AssertionError("the last try returns or raises")


def _start(event: Mapping[str, Any], ecs: Any) -> str:
    place = event["placement"]
    started = ecs.run_task(
        cluster=event["cluster"],
        taskDefinition=event["task_definition"],
        launchType="FARGATE",
        propagateTags="TASK_DEFINITION",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": place["subnets"],
                "securityGroups": place["security_groups"],
                "assignPublicIp": "DISABLED",
            }
        },
    )
    if started["failures"]:
        reasons = "; ".join(str(failure.get("reason")) for failure in started["failures"])
        raise JobError(f"the task could not be started: {reasons}")
    return str(started["tasks"][0]["taskArn"])


def _has_ended(event: Mapping[str, Any], ecs: Any, task: str, seconds: int) -> bool:
    """Whether it has, within that time. Where ECS does not say, it is asked again: the task may be well."""
    waiter, until = ecs.get_waiter("tasks_stopped"), time.monotonic() + seconds
    where = {"cluster": event["cluster"], "tasks": [task]}
    while True:
        looks = max(1, int(until - time.monotonic()) // LOOKED_AFTER)
        try:
            waiter.wait(**where, WaiterConfig={"Delay": LOOKED_AFTER, "MaxAttempts": looks})
        except WaiterError as error:
            if "Error" not in error.last_response or time.monotonic() > until:
                return False
            time.sleep(LOOKED_AFTER)
        else:
            return True


def _stop(event: Mapping[str, Any], ecs: Any, task: str) -> str:
    """Why it failed."""
    reason = f"it took longer than {event['seconds']} seconds"
    ecs.stop_task(cluster=event["cluster"], task=task, reason=reason)
    return f"{reason} and was stopped"


def _failure(event: Mapping[str, Any], ecs: Any, logs: Any, task: str) -> str | None:
    (ended,) = ecs.describe_tasks(cluster=event["cluster"], tasks=[task])["tasks"]
    (container,) = [it for it in ended["containers"] if it["name"] == event["container"]]
    code = container.get("exitCode")
    if code == 0:
        return None
    why = container.get("reason") or ended.get("stoppedReason") or "no reason is known"
    said = f"it ended with exit code {code}" if code is not None else f"it did not run: {why}"
    return f"{said}\n{_last_lines(event, logs, task)}".rstrip()


def _last_lines(event: Mapping[str, Any], logs: Any, task: str) -> str:
    stream = f"{event['container']}/{event['container']}/{task.rpartition('/')[2]}"
    try:
        found = logs.get_log_events(logGroupName=event["log"], logStreamName=stream, limit=LINES)
    except logs.exceptions.ResourceNotFoundException:
        return ""
    return "\n".join(str(each["message"]) for each in found["events"])

"""Service and Worker: ECS (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html). Job:
the state machine that runs it (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html); one
that `up` runs fails with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.job import AwsJob
from infra_kit.providers.aws.service import AwsService
from infra_kit.providers.aws.signals.metric import Metric, Series, plain
from infra_kit.providers.aws.workloads import Running
from infra_kit.signals import Signal

RUNS = frozenset({Signal.CPU, Signal.MEMORY, Signal.INSTANCES})
JOB = frozenset({Signal.FAILED_RUNS})


def service(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    return _runs(scope.native(component, AwsService).running, component.spec.min_instances)


def worker(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    return _runs(scope.native(component, Running), component.spec.min_instances)


def _runs(running: Running, least: int) -> Mapping[Signal, Sequence[Metric]]:
    return {
        Signal.CPU: [plain(_ecs(running, "CPUUtilization"))],
        Signal.MEMORY: [plain(_ecs(running, "MemoryUtilization"))],
        Signal.INSTANCES: [_instances(running, least)] if least else [],
    }


def _ecs(running: Running, name: str, statistic: str = "Average") -> Series:
    dimensions = {"ClusterName": running.cluster, "ServiceName": running.service}
    return Series(namespace="AWS/ECS", name=name, dimensions=dimensions, statistic=statistic)


def _instances(running: Running, least: int) -> Metric:
    """Each task reports once a minute. Those beyond the least are the scaling's to want
    (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-metrics.html#cw_running_task_count)."""
    series = {"tasks": _ecs(running, "CPUUtilization", "SampleCount")}
    return Metric(series=series, expression=f"100 * tasks / {least}", missing="breaching")


def job(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    machine = scope.native(component, AwsJob).machine
    return {Signal.FAILED_RUNS: [_failed(machine)] if machine is not None else []}


def _failed(machine: pulumi.Output[str]) -> Metric:
    """What took too long has timed out."""
    ends = {"failed": "ExecutionsFailed", "late": "ExecutionsTimedOut", "stopped": "ExecutionsAborted"}
    series = {
        name: Series(namespace="AWS/States", name=metric, dimensions={"StateMachineArn": machine}, statistic="Sum")
        for name, metric in ends.items()
    }
    return Metric(series=series, expression="FILL(failed, 0) + FILL(late, 0) + FILL(stopped, 0)")

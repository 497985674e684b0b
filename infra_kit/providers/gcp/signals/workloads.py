"""Service, Worker and Job: Cloud Run (https://cloud.google.com/run/docs/monitoring)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.job import GcpJob
from infra_kit.providers.gcp.service import GcpService
from infra_kit.providers.gcp.signals.metric import WINDOW, Metric, is_, plain, series
from infra_kit.providers.gcp.worker import GcpWorker
from infra_kit.signals import Signal

RUNS = frozenset({Signal.CPU, Signal.MEMORY, Signal.INSTANCES})
JOB = frozenset({Signal.FAILED_RUNS})


def service(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    its = is_("service_name", scope.native(component, GcpService).name)
    return _runs("cloud_run_revision", its, component.spec.min_instances)


def worker(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    its = is_("worker_pool_name", scope.native(component, GcpWorker).name)
    return _runs("cloud_run_worker_pool", its, component.spec.min_instances)


def _runs(resource: str, its: pulumi.Output[str], least: int) -> Mapping[Signal, Sequence[Metric]]:
    """Those beyond the least are the scaling's to want."""
    running = pulumi.Output.concat("sum(", _run("container/instance_count", resource, its), ")")
    return {
        Signal.CPU: [_mean("container/cpu/utilizations", resource, its)],
        Signal.MEMORY: [_mean("container/memory/utilizations", resource, its)],
        Signal.INSTANCES: [plain("100 * (", running, f" or vector(0)) / {least}")] if least else [],
    }


def _run(metric: str, resource: str, *labels: pulumi.Input[str]) -> pulumi.Output[str]:
    return series(f"run.googleapis.com/{metric}", resource, *labels)


def _mean(metric: str, resource: str, its: pulumi.Output[str]) -> Metric:
    """Of a distribution over all instances, of figures from 0 to 1."""
    total, count = (_run(f"{metric}{suffix}", resource, its) for suffix in ("_sum", "_count"))
    return plain("100 * sum(rate(", total, f"[{WINDOW}])) / sum(rate(", count, f"[{WINDOW}]))")


def job(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    """In the last minutes: one that failed is told of once."""
    return {Signal.FAILED_RUNS: [failed_runs(scope.native(component, GcpJob).name)]}


def failed_runs(job: pulumi.Output[str]) -> Metric:
    """Args: `job`, the name of one of Cloud Run."""
    failed = _run("job/completed_execution_count", "cloud_run_job", is_("job_name", job), 'result="failed"')
    return plain("sum(increase(", failed, f"[{WINDOW}]))")

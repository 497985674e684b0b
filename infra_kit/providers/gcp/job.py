"""Job on Google Cloud: a Cloud Run job, which Cloud Scheduler starts, or `up` itself.

- On a schedule: Cloud Scheduler asks Cloud Run to run it, as an account that may do that and nothing else. Cloud Run
  would start a second run beside one that is not over, so a schedule is taken only where a run ends, with all that it
  is tried again, before the next one begins.
- Without one, the provider runs it whenever anything of it changes, waits for its end, and fails with it.
- A task may take 7 days (https://cloud.google.com/run/docs/configuring/task-timeout).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_gcp import cloudrunv2

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.job import JobEndpoint, JobSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.gcp import scheduled_runs, workload_logs, workloads
from infra_kit.providers.gcp.service import INVOKER
from infra_kit.schedules import shortest_pause

SUPPORTS = workloads.SUPPORTS - {features.TRACING}
HINTS = workloads.HINTS | {
    features.TRACING: "Google does not promise that a task is over when its program is and a collector beside it still "
    "runs; leave tracing out, and have the program send its spans itself (https://telemetry.googleapis.com/v1/traces, "
    "with a token of its account)",
}

MOST_SECONDS = 7 * 86_400
STARTS_WITHIN = 20 * 60
"""Seconds that the provider waits beside, until all runs: its own patience
(https://www.pulumi.com/registry/packages/gcp/api-docs/cloudrunv2/job/)."""
TOKEN_DIGITS = 12
"""Of the mark that tells one run that `up` makes from another."""


@dataclass(frozen=True, kw_only=True)
class GcpJob:
    """A job's handles, for what watches it."""

    name: pulumi.Output[str]


def create(scope: Scope, spec: JobSpec) -> JobEndpoint:
    _check(scope, spec)
    made = workloads.workload(scope, spec)
    template = {
        "task_count": 1,
        "template": {
            **made.template,
            "containers": made.containers,
            "execution_environment": "EXECUTION_ENVIRONMENT_GEN2",
            "timeout": f"{seconds(spec.timeout)}s",
            "max_retries": spec.retries,
        },
    }
    job = scope.resource(
        "job",
        cloudrunv2.Job,
        depends_on=made.needs,
        **made.settings,
        template=template,
        patience=None if spec.schedule else f"{_longest(spec) + STARTS_WITHIN}s",
        run_execution_token=None if spec.schedule else token(template),
    )
    if spec.schedule:
        scheduled_runs.schedule(scope, "schedule", spec.schedule, job, scheduled_runs.starter(scope, job, INVOKER))
    log = pulumi.Output.format('resource.type="cloud_run_job" AND resource.labels.job_name="{0}"', job.name)
    workload_logs.keep(scope, spec, log)
    return JobEndpoint(log=log, native=GcpJob(name=job.name))


def _check(scope: Scope, spec: JobSpec) -> None:
    if seconds(spec.timeout) > MOST_SECONDS:
        raise SpecError(f"{scope.what}: timeout: given {spec.timeout}, Cloud Run lets a task run for at most '7d'.")
    if spec.schedule and _longest(spec) > shortest_pause(spec.schedule):
        raise SpecError(
            f"{scope.what}: timeout: given {spec.timeout} and {spec.retries} retries, {_longest(spec)} seconds; "
            f"{spec.schedule!r} runs it every {shortest_pause(spec.schedule)} seconds, and Cloud Run would run it "
            "twice at once. Say a shorter timeout, or run it less often."
        )


def _longest(spec: JobSpec) -> int:
    return seconds(spec.timeout) * (spec.retries + 1)


def token(template: Mapping[str, Any]) -> pulumi.Output[str]:
    """Another one whenever what runs is another."""
    return pulumi.Output.json_dumps(template, sort_keys=True).apply(
        lambda text: hashlib.sha256(text.encode()).hexdigest()[:TOKEN_DIGITS]
    )

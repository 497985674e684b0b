"""Worker on Google Cloud: a Cloud Run worker pool, whose instances nothing connects to.

It has as many instances as `min_instances` says: a worker pool does not follow a backlog
(https://cloud.google.com/run/docs/configuring/workerpools/manual-scaling).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_gcp import cloudrunv2

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.worker import WorkerEndpoint, WorkerSpec
from infra_kit.providers.gcp import workload_logs, workloads

SUPPORTS = workloads.SUPPORTS

HINTS = workloads.HINTS | {
    features.AUTOSCALING: "a worker pool does not follow a backlog; set min_instances to what the busiest hour needs "
    "and leave max_instances out, or run Google's autoscaler for it "
    "(https://cloud.google.com/run/docs/configuring/workerpools/crema-autoscaling)",
}


@dataclass(frozen=True, kw_only=True)
class GcpWorker:
    """A pool's handles, for what watches it."""

    name: pulumi.Output[str]


def create(scope: Scope, spec: WorkerSpec) -> WorkerEndpoint:
    made = workloads.workload(scope, spec)
    pool = scope.resource(
        "pool",
        cloudrunv2.WorkerPool,
        depends_on=made.needs,
        **made.settings,
        scaling={"scaling_mode": "MANUAL", "manual_instance_count": spec.min_instances},
        template={**made.template, "containers": made.containers},
    )
    log = pulumi.Output.format(
        'resource.type="cloud_run_worker_pool" AND resource.labels.worker_pool_name="{0}"', pool.name
    )
    workload_logs.keep(scope, spec, log)
    return WorkerEndpoint(log=log, native=GcpWorker(name=pool.name))

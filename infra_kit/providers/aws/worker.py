"""Worker on AWS: a service of ECS that nothing connects to. What runs stands in `workloads`.

It has as many instances as events wait: see `worker_scaling`. A new version is started beside the old one, all of it at
once. Since nothing asks it, it is well as long as it runs; a new version whose tasks end is taken back.
"""

from __future__ import annotations

from pulumi_aws import ecs

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.worker import WorkerEndpoint, WorkerSpec
from infra_kit.providers.aws import service_scaling, worker_scaling, workloads

SUPPORTS = workloads.SUPPORTS | {features.AUTOSCALING}


def create(scope: Scope, spec: WorkerSpec) -> WorkerEndpoint:
    made = workloads.workload(scope, spec)
    grows = service_scaling.grows(spec)
    service = scope.resource(
        "service",
        ecs.Service,
        depends_on=made.needs,
        ignore_changes=["desiredCount"] if grows else [],
        patience=workloads.patience(spec, rounds=1),
        **workloads.deployed(scope, made, spec.min_instances),
        deployment_maximum_percent=200,
    )
    if grows and spec.backlog:
        worker_scaling.follow(scope, spec, spec.backlog, made.ground.cluster, service)
    running = workloads.Running(cluster=made.ground.cluster.name, service=service.name)
    return WorkerEndpoint(log=made.ground.log.name, native=running)

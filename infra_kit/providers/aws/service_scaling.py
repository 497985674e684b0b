"""How many instances a service has: as many as keep it at its targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi_aws import appautoscaling, ecs

from infra_kit.component import Scope
from infra_kit.components.service import ServiceSpec
from infra_kit.providers.aws.cluster import AwsCluster
from infra_kit.workloads import WorkloadSpec

DIMENSION = "ecs:service:DesiredCount"


def target(scope: Scope, cluster: AwsCluster, service: ecs.Service, *, least: int, most: int) -> appautoscaling.Target:
    """What Application Auto Scaling moves, between two numbers of instances."""
    return scope.resource(
        "scaling",
        appautoscaling.Target,
        service_namespace="ecs",
        scalable_dimension=DIMENSION,
        resource_id=pulumi.Output.concat("service/", cluster.name, "/", service.name),
        min_capacity=least,
        max_capacity=most,
        tags=scope.tags,
    )


def grows(spec: WorkloadSpec) -> bool:
    return bool(getattr(spec, "most_instances", 0) > getattr(spec, "min_instances", 0))


def follow(
    scope: Scope,
    spec: ServiceSpec,
    cluster: AwsCluster,
    service: ecs.Service,
    label: Callable[[], pulumi.Output[str]],
) -> None:
    """Target tracking: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html

    Args:
        label: names the load balancer and its targets, whose requests are counted.
    """
    moved = target(scope, cluster, service, least=spec.min_instances, most=spec.most_instances)
    scaling = spec.scaling
    if scaling.cpu_percent:
        _track(scope, "cpu", moved, scaling.cpu_percent, predefined_metric_type="ECSServiceAverageCPUUtilization")
    if scaling.memory_percent:
        _track(
            scope, "memory", moved, scaling.memory_percent, predefined_metric_type="ECSServiceAverageMemoryUtilization"
        )
    if scaling.requests_per_instance:
        _track(
            scope,
            "requests",
            moved,
            scaling.requests_per_instance,
            predefined_metric_type="ALBRequestCountPerTarget",
            resource_label=label(),
        )


def _track(scope: Scope, what: str, moved: appautoscaling.Target, value: int, **metric: Any) -> None:
    scope.resource(
        f"scaling-{what}",
        appautoscaling.Policy,
        policy_type="TargetTrackingScaling",
        service_namespace=moved.service_namespace,
        scalable_dimension=moved.scalable_dimension,
        resource_id=moved.resource_id,
        target_tracking_scaling_policy_configuration={
            "target_value": value,
            "predefined_metric_specification": metric,
            # Seconds: new instances are there fast, and go slowly.
            "scale_out_cooldown": 60,
            "scale_in_cooldown": 300,
        },
    )

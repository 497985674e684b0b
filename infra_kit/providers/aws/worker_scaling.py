"""How many instances a worker has: one for as many events as one can have waiting.

What waits is the consumer's backlog (`signals.messages`), those events too that somebody is at work on: they are not
done. By that number a step of the policy says how many instances there are to be. Why not target tracking: it cannot
begin at none, and by one instance's share it never counts what is at work.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pulumi_aws import appautoscaling, cloudwatch, ecs

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBus
from infra_kit.components.worker import Backlog, WorkerSpec
from infra_kit.providers.aws import service_scaling
from infra_kit.providers.aws.cluster import AwsCluster
from infra_kit.providers.aws.signals import messages
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.signals import Signal

MOST_STEPS = 20
"""Of a policy (https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html)."""
MINUTE = 60
QUIET_MINUTES = 5
"""So long nothing more than the least can have to do, before there are no more than those."""


def follow(scope: Scope, spec: WorkerSpec, backlog: Backlog, cluster: AwsCluster, service: ecs.Service) -> None:
    moved = service_scaling.target(scope, cluster, service, least=spec.min_instances, most=spec.most_instances)
    enough = spec.min_instances * backlog.per_instance
    waiting = _backlog(scope, spec, backlog)
    busy = _policy(scope, "busy", moved, steps(spec, backlog))
    quiet = _policy(scope, "quiet", moved, [(None, None, spec.min_instances)])
    _alarm(scope, "busy", waiting, busy, more=True, than=enough, minutes=1)
    _alarm(scope, "quiet", waiting, quiet, more=False, than=enough, minutes=QUIET_MINUTES)


def _backlog(scope: Scope, spec: WorkerSpec, backlog: Backlog) -> Metric:
    """The consumer's: a worker with a backlog is linked to its bus."""
    bus = next(
        link.to for link in spec.links if isinstance(link.to, EventBus) and backlog.consumer in link.to.spec.consumers
    )
    return next(it for it in messages.event_bus(scope, bus)[Signal.BACKLOG] if it.part == backlog.consumer)


Step = tuple[int | None, int | None, int]
"""From where, up to where, counted from the alarm's threshold; and how many instances there."""


def steps(spec: WorkerSpec, backlog: Backlog) -> list[Step]:
    """One for each number of instances; of more than a policy takes, each for several."""
    least, most = spec.min_instances, spec.most_instances
    width = math.ceil((most - least) / MOST_STEPS)
    tops = [*range(least + width, most, width), most]
    edges = [(top - least) * backlog.per_instance for top in tops[:-1]]
    return list(zip([0, *edges], [*edges, None], tops, strict=True))


def _policy(scope: Scope, what: str, moved: appautoscaling.Target, steps: Sequence[Step]) -> appautoscaling.Policy:
    return scope.resource(
        f"scaling-{what}",
        appautoscaling.Policy,
        policy_type="StepScaling",
        service_namespace=moved.service_namespace,
        scalable_dimension=moved.scalable_dimension,
        resource_id=moved.resource_id,
        step_scaling_policy_configuration={
            "adjustment_type": "ExactCapacity",
            "metric_aggregation_type": "Maximum",
            "cooldown": MINUTE,
            "step_adjustments": [_adjustment(*step) for step in steps],
        },
    )


def _adjustment(lower: int | None, upper: int | None, instances: int) -> dict[str, Any]:
    bounds = {"metric_interval_lower_bound": lower, "metric_interval_upper_bound": upper}
    if lower is None and upper is None:
        bounds = {"metric_interval_upper_bound": 0}
    return {"scaling_adjustment": instances, **{key: str(at) for key, at in bounds.items() if at is not None}}


def _alarm(
    scope: Scope,
    what: str,
    waiting: Metric,
    policy: appautoscaling.Policy,
    *,
    more: bool,
    than: int,
    minutes: int,
) -> None:
    scope.resource(
        f"backlog-{what}",
        cloudwatch.MetricAlarm,
        alarm_description=f"Decides how many instances {scope.name} has: nothing is wrong when it rings",
        comparison_operator="GreaterThanThreshold" if more else "LessThanOrEqualToThreshold",
        threshold=than,
        evaluation_periods=minutes,
        treat_missing_data=_silence(waiting, more=more),
        metric_queries=waiting.queries("Events"),
        alarm_actions=[policy.arn],
        tags=scope.tags,
    )


def _silence(waiting: Metric, *, more: bool) -> str:
    """A queue that nobody used for hours says nothing, and nothing waits in it. Where NATS's machines say nothing,
    nobody knows, and as many go on working."""
    if waiting.missing != "notBreaching":
        return "ignore"
    return "notBreaching" if more else "breaching"

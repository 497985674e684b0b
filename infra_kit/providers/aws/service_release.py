"""What watches a new version of a service, by the load balancer that leads to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra_kit.component import Scope
from infra_kit.components.service import ServiceSpec
from infra_kit.durations import seconds
from infra_kit.providers.aws import service_checks
from infra_kit.providers.common.gathered import Gathered


@dataclass(frozen=True, kw_only=True)
class Led:
    """How a gateway leads to a service."""

    targets: pulumi.Output[str]
    """The ARN of the target group, once a listener leads to it."""
    targets_name: pulumi.Output[str]
    """`targetgroup/…`: as CloudWatch and scaling call it, and the next likewise."""
    balancer_name: pulumi.Output[str]
    max_body_mb: int
    headers: Mapping[str, str]
    """Of answers, those that the load balancer does not put on them."""
    claim_headers: Sequence[str]
    public: bool
    """Else CloudFront comes before it."""


def alarm(scope: Scope, spec: ServiceSpec, gateways: Gathered[Led]) -> cloudwatch.MetricAlarm | None:
    """Rings when too many answers are errors. ECS watches it while it deploys, and for as long as it takes to ring."""
    most = spec.release.max_error_percent
    if most is None:
        return None
    return scope.resource(
        "errors",
        cloudwatch.MetricAlarm,
        alarm_description=f"Of the answers of {scope.name}, more than {most:g} % are errors",
        comparison_operator="GreaterThanThreshold",
        threshold=most,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
        metric_queries=_first(scope, spec, gateways, lambda led: _percent(led, seconds(spec.release.watch))),
        tags=scope.tags,
    )


def label(scope: Scope, spec: ServiceSpec, gateways: Gathered[Led]) -> pulumi.Output[str]:
    """What requests are counted at."""
    return _first(scope, spec, gateways, lambda led: pulumi.Output.concat(led.balancer_name, "/", led.targets_name))


def _first(scope: Scope, spec: ServiceSpec, gateways: Gathered[Led], use: Callable[[Led], Any]) -> pulumi.Output[Any]:
    """Of several gateways, the one that the program makes first."""

    def found(led: Sequence[Led]) -> Any:
        service_checks.check_led_to(scope, spec, led)
        return use(led[0])

    return gateways.then(found)


def _percent(led: Led, period: int) -> list[dict[str, Any]]:
    where = {"LoadBalancer": led.balancer_name, "TargetGroup": led.targets_name}
    counted = {"namespace": "AWS/ApplicationELB", "dimensions": where, "period": period, "stat": "Sum"}
    return [
        {"id": "errors", "metric": {**counted, "metric_name": "HTTPCode_Target_5XX_Count"}},
        {"id": "requests", "metric": {**counted, "metric_name": "RequestCount"}},
        {"id": "percent", "expression": "100 * errors / requests", "label": "Errors, %", "return_data": True},
    ]

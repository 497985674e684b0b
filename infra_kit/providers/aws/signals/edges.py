"""Cdn: CloudFront. Gateway: its load balancer
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html). Uptime:
Route 53's health checks. Certificates: ACM, which reports once a day how long each is valid
(https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html).

Auth: the function without which Cognito makes no token
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).

Nothing is wrong where nobody asks for anything. A load balancer reports no count of errors where there were none:
`FILL` makes it 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.auth import AwsAuth
from infra_kit.providers.aws.cdn import AwsCdn
from infra_kit.providers.aws.gateway_front import AwsGateway
from infra_kit.providers.aws.signals.metric import GLOBAL, Metric, Series, plain
from infra_kit.providers.aws.uptime import AwsUptime
from infra_kit.signals import Signal

CDN = frozenset({Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.REQUESTS, Signal.CERTIFICATE})
GATEWAY = frozenset(
    {
        Signal.ERRORS,
        Signal.CLIENT_ERRORS,
        Signal.LATENCY,
        Signal.LATENCY_P95,
        Signal.REQUESTS,
        Signal.CERTIFICATE,
    }
)
UPTIME = frozenset({Signal.UPTIME})
AUTH = frozenset({Signal.ERRORS})
DAY = 86_400


def cdn(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsCdn)
    return {
        Signal.ERRORS: [plain(_cloudfront(there, "5xxErrorRate"), region=GLOBAL)],
        Signal.CLIENT_ERRORS: [plain(_cloudfront(there, "4xxErrorRate"), region=GLOBAL)],
        Signal.REQUESTS: [_rate(_cloudfront(there, "Requests", "Sum"), region=GLOBAL)],
        Signal.CERTIFICATE: _valid(there.certificate, region=GLOBAL),
    }


def _cloudfront(there: AwsCdn, name: str, statistic: str = "Average") -> Series:
    dimensions: Mapping[str, pulumi.Input[str]] = {"DistributionId": there.distribution, "Region": "Global"}
    return Series(namespace="AWS/CloudFront", name=name, dimensions=dimensions, statistic=statistic)


def gateway(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsGateway)
    return {
        Signal.ERRORS: [_share(there, "5XX")],
        Signal.CLIENT_ERRORS: [_share(there, "4XX")],
        Signal.LATENCY: [plain(_balancer(there, "TargetResponseTime", "Average"))],
        Signal.LATENCY_P95: [plain(_balancer(there, "TargetResponseTime", "p95"))],
        Signal.REQUESTS: [_rate(_balancer(there, "RequestCount", "Sum"))],
        Signal.CERTIFICATE: _valid(there.certificate),
    }


def _balancer(there: AwsGateway, name: str, statistic: str) -> Series:
    dimensions = {"LoadBalancer": there.measured}
    return Series(namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, statistic=statistic)


def _share(there: AwsGateway, status: str) -> Metric:
    """Of the services' own answers and the load balancer's, which answers where no service does."""
    series = {
        "theirs": _balancer(there, f"HTTPCode_Target_{status}_Count", "Sum"),
        "its": _balancer(there, f"HTTPCode_ELB_{status}_Count", "Sum"),
        "requests": _balancer(there, "RequestCount", "Sum"),
    }
    return Metric(series=series, expression="100 * (FILL(theirs, 0) + FILL(its, 0)) / requests")


def _rate(series: Series, **more: Any) -> Metric:
    return Metric(series={"requests": series}, expression="requests / PERIOD(requests)", **more)


def _valid(certificate: pulumi.Output[str] | None, **more: Any) -> Sequence[Metric]:
    """None where there is no certificate of ours. A new one is not reported before its first day is over."""
    if certificate is None:
        return ()
    dimensions = {"CertificateArn": certificate}
    series = Series(namespace="AWS/CertificateManager", name="DaysToExpiry", dimensions=dimensions, statistic="Minimum")
    return [plain(series, missing="ignore", period=DAY, **more)]


def uptime(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    checks = scope.native(component, AwsUptime).checks
    return {Signal.UPTIME: [_well(check, name) for name, check in checks.items()]}


def _well(check: pulumi.Output[str], part: str) -> Metric:
    """1 where it is well, in each minute at its worst."""
    series = Series(
        namespace="AWS/Route53", name="HealthCheckStatus", dimensions={"HealthCheckId": check}, statistic="Minimum"
    )
    return Metric(series={"well": series}, expression="100 * well", missing="breaching", part=part, region=GLOBAL)


def auth(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    its = {"FunctionName": scope.native(component, AwsAuth).claims.name}
    names = {"failed": "Errors", "tokens": "Invocations"}
    series = {
        key: Series(namespace="AWS/Lambda", name=name, dimensions=its, statistic="Sum") for key, name in names.items()
    }
    return {Signal.ERRORS: [Metric(series=series, expression="100 * FILL(failed, 0) / tokens")]}

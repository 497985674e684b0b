"""Alerts on AWS: alarms of CloudWatch, which tell topics of SNS.

- Each rule is an alarm for each part that has its signal (`signals`): a replica of a server has its own. CloudWatch
  looks every minute, and tells when it begins and when it is over.
- A level that has routes is a topic (`alert_topics`). Addresses and numbers are subscribed to it: whoever gets mail
  confirms it once. What is told by HTTP, a small function tells (`alert_teller`).
- CloudFront and Route 53 report to us-east-1 alone, and an alarm stands where its figures are, and tells a topic there:
  a stack elsewhere has a second topic for those.
- A short message needs a number of SNS' own to be sent from, and a new account is allowed to reach a few verified ones
  first (https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox.html).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from infra_kit import features
from infra_kit.alert_rules import Routes
from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsEndpoint, AlertsSpec
from infra_kit.durations import seconds
from infra_kit.features import Feature
from infra_kit.providers.aws import alert_teller, alert_topics, identity, signals
from infra_kit.providers.aws.alert_topics import Topics
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.providers.common.alerts import Alert, alerts
from infra_kit.settings import Settings

ROUTES = frozenset(features.route(kind) for kind in Routes.model_fields)
SUPPORTS = signals.SUPPORTS | ROUTES
HINTS = signals.HINTS


def gaps(spec: AlertsSpec, settings: Settings) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), signals.supports(settings, spec.watch) | ROUTES, HINTS)


def create(scope: Scope, spec: AlertsSpec) -> AlertsEndpoint:
    wanted = list(alerts(scope, spec, signals.of))
    topics = _topics(scope, spec, wanted) if spec.routes else {}
    for alert in wanted:
        _alarm(scope, spec, alert, topics)
    return AlertsEndpoint(url=_console(scope))


def _topics(scope: Scope, spec: AlertsSpec, wanted: Sequence[Alert[Metric]]) -> Topics:
    """Each with all that hear of it."""
    key = alert_topics.key(scope)
    topics = alert_topics.create(scope, spec, key, _regions(scope, wanted))
    alert_teller.create(scope, spec, key, topics)
    return topics


def _elsewhere(scope: Scope, metric: Metric) -> str | None:
    """The region of an alarm, where it is another than the component's."""
    return metric.region if metric.region != scope.region else None


def _regions(scope: Scope, wanted: Sequence[Alert[Metric]]) -> list[str]:
    """Those that need topics beside the component's own."""
    return sorted({region for alert in wanted if (region := _elsewhere(scope, alert.metric))})


def _alarm(scope: Scope, spec: AlertsSpec, alert: Alert[Metric], topics: Topics) -> None:
    rule, metric, region = alert.rule, alert.metric, _elsewhere(scope, alert.metric)
    level = spec.told(rule.level)
    told = [topics[level, region].arn] if level else []
    scope.resource(
        alert.role,
        cloudwatch.MetricAlarm,
        alarm_description=str(alert),
        metric_queries=metric.queries(alert.what),
        comparison_operator="GreaterThanThreshold" if rule.above is not None else "LessThanThreshold",
        threshold=rule.bound,
        evaluation_periods=math.ceil(seconds(rule.lasting) / metric.period),
        treat_missing_data=metric.missing,
        alarm_actions=told,
        ok_actions=told,
        region=region,
        tags=scope.tags,
    )


def _console(scope: Scope) -> pulumi.Output[str]:
    region = identity.region(scope)
    return pulumi.Output.concat(
        "https://", region, ".console.aws.amazon.com/cloudwatch/home?region=", region, "#alarmsV2:"
    )

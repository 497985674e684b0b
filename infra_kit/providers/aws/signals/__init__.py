"""How CloudWatch measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.providers.aws.signals import databases, edges, messages, workloads
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.signals import Signal

Watched = Component[Any, Any]
Measure = Callable[[Scope, Watched], Mapping[Signal, Sequence[Metric]]]

_KINDS: Mapping[str, Measure] = {
    "postgres": databases.postgres,
    "redis": databases.redis,
    "event_bus": messages.event_bus,
    "cdn": edges.cdn,
    "gateway": edges.gateway,
    "service": workloads.service,
    "worker": workloads.worker,
    "job": workloads.job,
    "uptime": edges.uptime,
}
MEASURED: Mapping[str, frozenset[Signal]] = {
    "postgres": databases.POSTGRES,
    "redis": databases.REDIS,
    "event_bus": messages.EVENT_BUS,
    "cdn": edges.CDN,
    "gateway": edges.GATEWAY,
    "service": workloads.RUNS,
    "worker": workloads.RUNS,
    "job": workloads.JOB,
    "uptime": edges.UPTIME,
}
"""By component's kind. One that lacks the part that a signal is of (a replica, a domain) has no metric for it."""

SUPPORTS = frozenset(features.signal(kind, signal) for kind, signals in MEASURED.items() for signal in signals)
HINTS = {
    features.signal("object_store", Signal.UPTIME): "S3 counts its answers only as metrics that are paid for; leave "
    "the store out of the rule, by naming the others in of=",
    features.signal("event_bus", Signal.UPTIME): "EventBridge and SQS say nothing of it; backlog-age and dead-letters "
    "tell what does not get through",
    features.signal("cdn", Signal.CACHE_HITS): "CloudFront counts hits only as an additional metric that is paid for "
    "each distribution; leave the Cdn out of the rule, by naming the others in of=",
    features.signal("uptime", Signal.LATENCY): "Route 53 measures it for each place it asks from, never as one figure; "
    "a rule of the Gateway's latency tells the same from inside",
    features.signal("uptime", Signal.CERTIFICATE): "Route 53 does not look at certificates; a rule of certificate for "
    "the Cdn or the Gateway that has it tells when ACM does not renew it",
    features.signal("budget", Signal.SPENT): "AWS Budgets tells those whom the Budget names in notify by itself; leave "
    "the Budget out of watch",
}
"""The way out of what CloudWatch does not measure."""


def of(scope: Scope, component: Watched) -> Mapping[Signal, Sequence[Metric]]:
    """What is measured of a component, for a component of the scope that reads it."""
    measure = _KINDS.get(component.KIND)
    return measure(scope, component) if measure else {}

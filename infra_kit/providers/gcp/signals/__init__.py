"""How Cloud Monitoring measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.signals import databases, edges, messages, workloads
from infra_kit.providers.gcp.signals.metric import Metric
from infra_kit.signals import Signal

Watched = Component[Any, Any]
Measure = Callable[[Scope, Watched], Mapping[Signal, Sequence[Metric]]]

_KINDS: Mapping[str, Measure] = {
    "postgres": databases.postgres,
    "redis": databases.redis,
    "object_store": databases.object_store,
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
    "object_store": databases.OBJECT_STORE,
    "event_bus": messages.EVENT_BUS,
    "cdn": edges.CDN,
    "gateway": edges.GATEWAY,
    "service": workloads.RUNS,
    "worker": workloads.RUNS,
    "job": workloads.JOB,
    "uptime": edges.UPTIME,
}
"""By component's kind. One that lacks the part that a signal is of (a replica) has no metric for it."""

SUPPORTS = frozenset(features.signal(kind, signal) for kind, signals in MEASURED.items() for signal in signals)
_NO_CERTIFICATE = (
    "Google says of its own certificates not how long they are valid; an Uptime of the address measures it"
)
HINTS = {
    features.signal("cdn", Signal.CERTIFICATE): _NO_CERTIFICATE,
    features.signal("gateway", Signal.CERTIFICATE): _NO_CERTIFICATE,
    features.signal("budget", Signal.SPENT): "a budget of Google Cloud tells those whom the Budget names in notify by "
    "itself; leave the Budget out of watch",
}
"""The way out of what Cloud Monitoring does not measure."""


def of(scope: Scope, component: Watched) -> Mapping[Signal, Sequence[Metric]]:
    """What is measured of a component, for a component of the scope that reads it."""
    measure = _KINDS.get(component.KIND)
    return measure(scope, component) if measure else {}

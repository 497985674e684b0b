"""How Cloud Monitoring measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from infra_kit import features
from infra_kit.component import Component
from infra_kit.features import Feature
from infra_kit.providers.common import relay
from infra_kit.providers.common.measures import Measures
from infra_kit.providers.gcp.signals import databases, edges, machines, messages, operations, workloads
from infra_kit.providers.gcp.signals.metric import Metric
from infra_kit.signals import OF, Signal

MEASURES: Measures[Metric] = Measures(
    {
        "postgres": (databases.postgres, databases.POSTGRES),
        "redis": (databases.redis, databases.REDIS),
        "search": (machines.search, machines.SEARCH),
        "object_store": (databases.object_store, databases.OBJECT_STORE),
        "event_bus": (messages.event_bus, messages.EVENT_BUS),
        "cdn": (edges.cdn, edges.CDN),
        "gateway": (edges.gateway, edges.GATEWAY),
        "service": (workloads.service, workloads.RUNS),
        "worker": (workloads.worker, workloads.RUNS),
        "job": (workloads.job, workloads.JOB),
        "uptime": (edges.uptime, edges.UPTIME),
        "backup": (operations.backup, operations.BACKUP),
        "restore_drill": (operations.restore_drill, operations.DRILL),
    }
)

SUPPORTS = MEASURES.features
_NO_CERTIFICATE = (
    "Google says of its own certificates not how long they are valid; an Uptime of the address measures it"
)
HINTS = {
    features.signal("cdn", Signal.CERTIFICATE): _NO_CERTIFICATE,
    features.signal("gateway", Signal.CERTIFICATE): _NO_CERTIFICATE,
    features.signal(
        "event_bus", Signal.DISK
    ): "Pub/Sub has no disk that fills; leave the bus out, by naming the others in of=",
    features.signal(
        "backup", Signal.LOG_AGE
    ): "Cloud SQL ships its log by itself, and Cloud Monitoring has no figure of "
    "it (gcloud sql instances get-latest-recovery-time says it); leave the rule out, or name the others in of=",
    **dict.fromkeys(
        (features.signal(kind, it) for kind in ("document_store", "auth") for it in OF[kind]),
        "there is none on this target: have what stands elsewhere watched where it stands",
    ),
    **dict.fromkeys((features.signal("mailer", it) for it in OF["mailer"]), relay.UNMEASURED),
    features.signal("budget", Signal.SPENT): "a budget of Google Cloud tells those whom the Budget names in notify by "
    "itself; leave the Budget out",
}
"""The way out of what Cloud Monitoring does not measure."""

of = MEASURES.of


def supports(of: Iterable[Component[Any, Any]]) -> frozenset[Feature]:
    """What there is of these components."""
    native = any(it.KIND == "event_bus" and hasattr(it, "spec") and it.spec.engine == "native" for it in of)
    return SUPPORTS - ({features.signal("event_bus", it) for it in messages.OF_MACHINES} if native else set())

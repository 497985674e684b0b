"""How Prometheus measures each signal of a component. Alerts and dashboards read it here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.providers.common import relay
from infra_kit.providers.vps.signals import copies, databases, edges, messages, stores, workloads
from infra_kit.providers.vps.signals.metric import Figures
from infra_kit.signals import OF, Signal

_KINDS: Mapping[str, tuple[Callable[[Scope, Component[Any, Any]], Figures], frozenset[Signal]]] = {
    "postgres": (databases.postgres, databases.POSTGRES),
    "redis": (databases.redis, databases.REDIS),
    "document_store": (stores.store, stores.STORE),
    "search": (stores.store, stores.STORE),
    "object_store": (stores.object_store, stores.OBJECT_STORE),
    "event_bus": (messages.event_bus, messages.EVENT_BUS),
    "cdn": (edges.served, edges.CDN),
    "gateway": (edges.served, edges.GATEWAY),
    "service": (workloads.runs, workloads.RUNS),
    "worker": (workloads.runs, workloads.RUNS),
    "job": (workloads.job, workloads.JOB),
    "uptime": (edges.uptime, edges.UPTIME),
    "backup": (copies.backup, copies.BACKUP),
    "restore_drill": (copies.drill, copies.DRILL),
}
"""By component's kind, how it is measured, and what is. One that lacks the part that a signal is of (a replica, a
domain) has no figure of it."""

SUPPORTS = frozenset(features.signal(kind, signal) for kind, (_, signals) in _KINDS.items() for signal in signals)
GATEWAYS = frozenset(features.signal("gateway", it) for it in edges.GATEWAY)
HINTS = {
    **dict.fromkeys(GATEWAYS, "a Gateway that is not public is counted under its Cdn's names; take the Cdn instead"),
    features.signal("cdn", Signal.CACHE_HITS): "nginx tells of a hit in the answer alone (X-Cache); leave the Cdn out, "
    "by naming the others in of=",
    features.signal("document_store", Signal.CONNECTIONS): "MongoDB says it to who logs in alone (mongosh: "
    "db.serverStatus().connections); leave the rule out, or name the others in of=",
    **dict.fromkeys(
        (features.signal("auth", it) for it in OF["auth"]),
        "there is no Auth on this target: watch it where it stands, or the Service that stands in for it",
    ),
    **dict.fromkeys((features.signal("mailer", it) for it in OF["mailer"]), relay.UNMEASURED),
    features.signal("budget", Signal.SPENT): "a host costs the same each month: `infra-kit cost` says it before; leave "
    "the Budget out",
}
"""The way out of what nothing here measures."""


def supports(components: Iterable[Component[Any, Any]]) -> frozenset[Feature]:
    """What of it there is of these: a Gateway that is not public has no name at the edge."""
    behind = any(not edges.has_names(it) for it in components if it.KIND == "gateway")
    return SUPPORTS - (GATEWAYS if behind else frozenset())


def of(scope: Scope, component: Component[Any, Any]) -> Figures:
    """What is measured of a component, for a component of the scope that reads it."""
    known = _KINDS.get(component.KIND)
    return known[0](scope, component) if known else {}

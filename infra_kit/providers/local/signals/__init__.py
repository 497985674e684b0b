"""How this machine measures each signal of a component: by asking its servers, and by what they write down (`probes`).

Nothing of a client is loaded here: programs are planned without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_kit import features
from infra_kit.component import Component, Scope
from infra_kit.naming import child
from infra_kit.signals import OF, Signal

HINTS = {
    features.signal("cdn", Signal.CERTIFICATE): "a Cdn answers plain HTTP here; leave it out, by naming "
    "the others in of=",
    features.signal("auth", Signal.ERRORS): "nobody counts them here, and uptime tells whether it answers; leave the "
    "rule out, or name the others in of=",
    **dict.fromkeys(
        (features.signal("mailer", it) for it in (Signal.BOUNCES, Signal.COMPLAINTS)),
        "what is sent here is kept, and never comes back; leave the rule out, or name the others in of=",
    ),
    features.signal("budget", Signal.SPENT): "nothing is billed here; leave the Budget out",
}
"""The way out of what is not measured."""
SUPPORTS = frozenset(features.signal(kind, signal) for kind in OF for signal in OF[kind]) - HINTS.keys()


def measured(component: Component[Any, Any]) -> frozenset[Signal]:
    """What it has: without a replica none lags, a gateway that is not public has no certificate, and what copies no
    database has no log."""
    lacks = {
        Signal.REPLICA_LAG: component.KIND == "postgres" and not component.spec.read_replicas,
        Signal.CERTIFICATE: component.KIND == "gateway" and not component.spec.public,
        Signal.LOG_AGE: component.KIND == "backup" and not any(it.KIND == "postgres" for it in component.spec.of),
    }
    return frozenset(signal for signal in OF[component.KIND] if not lacks.get(signal))


def of(component: Component[Any, Any]) -> Mapping[str, Any]:
    """Where its figures come from, plainly, as `probe.Source.of` reads it."""
    replicas = getattr(component.endpoint.native, "replicas", {})
    report = getattr(component.endpoint, "report", None)
    servers = [component.name, *(child(component.name, role) for role in replicas)]
    return {"kind": component.KIND, "servers": servers, **({"report": report} if report is not None else {})}


@dataclass(frozen=True)
class Figure:
    """One of a component, as a dashboard shows it."""

    component: str
    signal: Signal
    part: str = ""
    """Here one figure is for all of them: the worst."""


def figures(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Figure]]:  # noqa: ARG001
    """Those that it has, for a component of the scope that reads them."""
    return {signal: [Figure(component.name, signal)] for signal in measured(component)}

"""Worker on this machine: instances of a program under a supervisor, which asks the bus what waits for them.

`providers/local/workloads.py` says how they run and what of a spec has no meaning here. A new version takes over an
instance at a time; one is well when it has run for a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBus
from infra_kit.components.worker import Backlog, WorkerEndpoint, WorkerSpec
from infra_kit.features import Feature
from infra_kit.providers.local import workloads
from infra_kit.providers.local.resource import WorkerServer, server

SUPPORTS = workloads.SUPPORTS | {features.AUTOSCALING}

HINTS: Mapping[Feature, str] = workloads.HINTS


def create(scope: Scope, spec: WorkerSpec) -> WorkerEndpoint:
    worker = server(
        scope,
        "server",
        WorkerServer,
        **workloads.settings(scope, spec),
        instances=spec.min_instances,
        backlog=_backlog(spec, spec.backlog) if spec.backlog else None,
    )
    return WorkerEndpoint(log=worker.public["log"])


def _backlog(spec: WorkerSpec, backlog: Backlog) -> dict[str, Any]:
    """The bus by its name: its server's box knows where it tells what waits."""
    buses = [link.to for link in spec.links if isinstance(link.to, EventBus)]
    bus = next(bus for bus in buses if backlog.consumer in bus.spec.consumers)
    return {
        "monitor": bus.name,
        "stream": bus.spec.consumers[backlog.consumer].stream,
        "consumer": backlog.consumer,
        "per_instance": backlog.per_instance,
        "most": spec.most_instances,
    }

"""DocumentStore, Search and ObjectStore: Docker asks each how it is, every ten or fifteen seconds, and a script of the
host's what its container uses."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import monitoring
from infra_kit.providers.vps.signals import containers
from infra_kit.providers.vps.signals.metric import Figures, figures
from infra_kit.signals import Signal

STORE = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK})
OBJECT_STORE = frozenset({Signal.UPTIME})


def store(scope: Scope, component: Component[Any, Any]) -> Figures:
    return {
        **object_store(scope, component),
        **figures(
            {
                Signal.CPU: containers.cpu(component, "server"),
                Signal.MEMORY: containers.memory(component, "server"),
                Signal.DISK: containers.DISK,
            }
        ),
    }


def object_store(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    return figures({Signal.UPTIME: containers.well(component, "server", 1)})

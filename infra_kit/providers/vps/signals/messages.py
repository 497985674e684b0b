"""EventBus: Docker asks it how it is every ten seconds, and a script how far consumers are."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import exporters, monitoring
from infra_kit.providers.vps.signals import containers
from infra_kit.providers.vps.signals.metric import Figures, figures, last
from infra_kit.signals import Signal

EVENT_BUS = frozenset({Signal.UPTIME, Signal.DISK, Signal.BACKLOG, Signal.BACKLOG_AGE, Signal.DEAD_LETTERS})


def event_bus(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitor = monitoring.of(scope)
    exporters.once(monitor, component.name, lambda: exporters.event_bus(monitor, component))
    of = f'{{component="{component.name}"}}'
    return figures(
        {
            Signal.UPTIME: containers.well(component, "server", 1),
            Signal.DISK: containers.DISK,
            Signal.BACKLOG: f"max({last(f'infra_kit_bus_waiting{of}')})",
            Signal.BACKLOG_AGE: f"max({last(f'infra_kit_bus_oldest_seconds{of}')})",
            Signal.DEAD_LETTERS: f"sum({last(f'infra_kit_bus_dead{of}')})",
        }
    )

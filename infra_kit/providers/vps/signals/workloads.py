"""Service, Worker and Job: their containers."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import monitoring
from infra_kit.providers.vps.signals import containers
from infra_kit.providers.vps.signals.metric import Figures, figures
from infra_kit.signals import Signal

RUNS = frozenset({Signal.CPU, Signal.MEMORY, Signal.INSTANCES})
JOB = frozenset({Signal.FAILED_RUNS})

INSTANCES = "instance-[0-9]+"


def runs(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitoring.of(scope)
    wanted = component.spec.min_instances
    return figures(
        {
            Signal.CPU: containers.cpu(component, INSTANCES),
            Signal.MEMORY: containers.memory(component, INSTANCES),
            **({Signal.INSTANCES: containers.well(component, INSTANCES, wanted)} if wanted else {}),
        }
    )


def job(scope: Scope, component: Component[Any, Any]) -> Figures:
    """1 from a run that was given up until the next one that goes well."""
    monitoring.of(scope)
    return figures({Signal.FAILED_RUNS: containers.failed(component, "instance")})

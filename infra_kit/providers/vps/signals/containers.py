"""What the host says of containers: see `scripts/measure.sh`."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component
from infra_kit.providers.vps.signals.metric import LATELY, last, or_none

DISK = f"100 * max({last('infra_kit_disk_used_bytes')}) / max({last('infra_kit_disk_bytes')})"
"""Of the host's: a volume of Docker's has no size of its own."""


def _of(metric: str, component: Component[Any, Any], parts: str) -> str:
    return f'infra_kit_container_{metric}{{component="{component.name}",part=~"{component.name}-({parts})"}}'


def cpu(component: Component[Any, Any], parts: str) -> str:
    """Of the CPUs that the container may use; of the busiest.

    Args:
        component: whose containers.
        parts: a regular expression of their roles.
    """
    used, limit = _of("cpu_seconds_total", component, parts), _of("cpus", component, parts)
    return f"max(100 * rate({used}[{LATELY}]) / {limit})"


def memory(component: Component[Any, Any], parts: str) -> str:
    """Of the memory that the container may use, without what the kernel gives up for others; of the fullest."""
    return f"max(100 * {_of('memory_bytes', component, parts)} / {_of('memory_limit_bytes', component, parts)})"


def well(component: Component[Any, Any], parts: str, wanted: int) -> str:
    """How many per cent of so many containers run and are healthy. Two versions run side by side during a release."""
    running = or_none(f"sum({_of('well', component, parts)})")
    return f"clamp_max(100 * {running} / {wanted}, 100)"


def failed(component: Component[Any, Any], parts: str) -> str:
    """How many have failed."""
    return or_none(f"sum({_of('failed', component, parts)})")

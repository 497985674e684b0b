"""What Cloud Run gives a container: the cheapest pair of CPUs and memory that it has and that is enough.

Less than one CPU is left out: such an instance has its CPU while it answers a request only, and answers one at a time;
elsewhere a program has its CPU always (https://cloud.google.com/run/docs/configuring/services/cpu).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from infra_kit.component import Scope
from infra_kit.errors import SpecError
from infra_kit.providers.common.sizes import Size, choose
from infra_kit.workloads import WorkloadSpec

LEAST_GB = 0.5
MEMORY_GB = {1: (LEAST_GB, 4), 2: (LEAST_GB, 8), 4: (2, 16), 6: (4, 24), 8: (4, 32)}
"""By CPUs, the least and the most memory in GiB
(https://cloud.google.com/run/docs/configuring/services/cpu, https://cloud.google.com/run/docs/configuring/services/memory-limits)."""
MOST_CPU, MOST_GB = 8, 32
"""Of an instance, over all its containers."""

_CPU_USD, _GB_USD = 0.0648, 0.0072
"""An hour, with the CPU always there, in us-central1 (https://cloud.google.com/run/pricing)."""


def limits(scope: Scope, spec: WorkloadSpec, beside: Sequence[tuple[float, float]] = ()) -> list[dict[str, Any]]:
    """The resources of the workload's container, of each sidecar and of what else is `beside`, whose CPUs and GiB that
    says. Raises `SpecError` for more than there is."""
    asked = [(spec.cpu, spec.memory_gb), *((it.cpu, it.memory_gb) for it in spec.sidecars.values()), *beside]
    chosen = [choose(scope, sizes(memory_gb), cpu=cpu, memory_gb=memory_gb) for cpu, memory_gb in asked]
    cpu, memory_gb = sum(it.cpu for it in chosen), sum(it.memory_gb for it in chosen)
    if cpu > MOST_CPU or memory_gb > MOST_GB:
        what = "sidecars" if spec.sidecars else "tracing"
        raise SpecError(
            f"{scope.what}: {what}: with them an instance has {cpu:g} CPUs and {memory_gb:g} GiB; Cloud Run gives it "
            f"{MOST_CPU} CPUs and {MOST_GB} GiB at most. Ask for less, or run one of them as a Service of its own."
        )
    return [_resources(it) for it in chosen]


def sizes(memory_gb: float) -> Sequence[Size]:
    """Of each number of CPUs, what has the least memory that is enough; the one with the most, where none is."""
    return [_size(cpu, min(max(memory_gb, least), most)) for cpu, (least, most) in MEMORY_GB.items()]


def _size(cpu: int, memory_gb: float) -> Size:
    name = f"{cpu} vCPU with {memory_gb:g} GiB"
    return Size(name, cpu=cpu, memory_gb=memory_gb, hourly_usd=cpu * _CPU_USD + memory_gb * _GB_USD)


def _resources(size: Size) -> dict[str, Any]:
    return {"limits": {"cpu": f"{size.cpu:g}", "memory": f"{math.ceil(size.memory_gb * 1024)}Mi"}}

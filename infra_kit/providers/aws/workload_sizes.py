"""What Fargate gives a task: the cheapest pair of CPUs and memory that it has and that is enough
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from infra_kit.component import Scope
from infra_kit.providers.common.sizes import Size, choose
from infra_kit.workloads import WorkloadSpec

MEMORY_GB: dict[float, Sequence[float]] = {
    0.25: (0.5, 1, 2),
    0.5: (1, 2, 3, 4),
    1: range(2, 9),
    2: range(4, 17),
    4: range(8, 31),
    8: range(16, 61, 4),
    16: range(32, 121, 8),
}
"""By CPUs, the memory in GiB."""

USD = {"amd64": (0.04048, 0.004445), "arm64": (0.03238, 0.00356)}
"""An hour of a CPU and of a GiB, in us-east-1 (https://aws.amazon.com/fargate/pricing/)."""


def architecture(spec: WorkloadSpec) -> str:
    """The cheaper one of those that the image is made for."""
    return "arm64" if "arm64" in spec.architectures else "amd64"


def task(scope: Scope, spec: WorkloadSpec, beside_mib: int) -> Size:
    """The task's size: of all containers together, with what a kind of workload has beside them. Raises `SpecError` for
    more than there is."""
    asked = [(spec.cpu, spec.memory_gb), *((it.cpu, it.memory_gb) for it in spec.sidecars.values())]
    # Of 0.1 + 0.2: three tenths.
    cpu, memory_gb = (round(sum(parts), 6) for parts in zip(*asked, strict=True))
    return choose(scope, table(architecture(spec)), cpu=cpu, memory_gb=memory_gb + beside_mib / 1024)


def table(architecture: str) -> list[Size]:
    cpu_usd, gb_usd = USD[architecture]
    return [
        Size(f"{cpu:g} vCPU with {memory:g} GiB of Fargate", cpu, memory, cpu * cpu_usd + memory * gb_usd)
        for cpu, memories in MEMORY_GB.items()
        for memory in memories
    ]


def units(cpu: float) -> int:
    """CPUs as ECS counts them."""
    return math.ceil(cpu * 1024)


def mebibytes(memory_gb: float) -> int:
    return math.ceil(memory_gb * 1024)

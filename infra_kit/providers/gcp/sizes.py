"""Sizes that Cloud SQL, Memorystore and Compute Engine offer. Prices are us-central1's, and only rank the sizes.

Cloud SQL for PostgreSQL has machines of a shared core, custom ones, and those of the edition Enterprise Plus
(https://cloud.google.com/sql/docs/postgres/machine-series-overview, prices: https://cloud.google.com/sql/pricing).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from infra_kit.providers.common.sizes import Size

SHARED_CORE = (
    Size("db-f1-micro", cpu=1, memory_gb=0.6, hourly_usd=0.0105, burstable=True),
    Size("db-g1-small", cpu=1, memory_gb=1.7, hourly_usd=0.035, burstable=True),
)
"""Outside of Cloud SQL's service level agreement (https://cloud.google.com/sql/sla)."""

SHARED_CORE_STORAGE_GB = 3062
"""The largest disk of a shared core (https://cloud.google.com/sql/docs/postgres/quotas)."""

CUSTOM_CPUS = (1, *range(2, 97, 2))
CUSTOM_LEAST_GB = 3.75
CUSTOM_GB_PER_CPU = (0.9, 6.5)
CUSTOM_STEP_GB = 0.25
"""One CPU or an even number; 0.9 to 6.5 GB for each; a multiple of 256 MB, at least 3.75 GB
(https://cloud.google.com/sql/docs/postgres/instance-settings)."""

_CPU_USD, _GB_USD = 0.0413, 0.007
_PLUS_CPU_USD, _PLUS_GB_USD = 0.0537, 0.0091

ENTERPRISE_PLUS = tuple(
    Size(
        f"db-perf-optimized-N-{cpu}", cpu=cpu, memory_gb=memory, hourly_usd=cpu * _PLUS_CPU_USD + memory * _PLUS_GB_USD
    )
    for cpu, memory in (
        (2, 16), (4, 32), (8, 64), (16, 128), (32, 256), (48, 384), (64, 512), (80, 640), (96, 768), (128, 864),
    )
)  # fmt: skip

COMPUTE = (
    Size("e2-small", cpu=2, memory_gb=2, hourly_usd=0.01675, burstable=True),
    Size("e2-medium", cpu=2, memory_gb=4, hourly_usd=0.0335, burstable=True),
    Size("e2-standard-2", cpu=2, memory_gb=8, hourly_usd=0.067),
    Size("e2-highmem-2", cpu=2, memory_gb=16, hourly_usd=0.0904),
    Size("e2-standard-4", cpu=4, memory_gb=16, hourly_usd=0.134),
    Size("e2-highmem-4", cpu=4, memory_gb=32, hourly_usd=0.1808),
    Size("e2-highmem-8", cpu=8, memory_gb=64, hourly_usd=0.3616),
    Size("e2-highmem-16", cpu=16, memory_gb=128, hourly_usd=0.7231),
)
"""Virtual machines, as a bus of NATS and a Search have them: all regions have them
(https://cloud.google.com/compute/docs/general-purpose-machines#e2_machine_types,
prices: https://cloud.google.com/compute/all-pricing)."""

MEMORYSTORE_LARGEST_GB = 300
MEMORYSTORE_LEAST_WITH_READERS_GB = 5
"""Of Memorystore for Redis, in whole GB (https://cloud.google.com/memorystore/docs/redis/redis-tiers,
https://cloud.google.com/memorystore/docs/redis/about-read-replicas)."""


def enterprise(memory_gb: float) -> Sequence[Size]:
    """The machines of the edition Enterprise: the shared cores, and of each number of CPUs the custom machine with the
    least memory that is enough; the one with the most, where none is."""
    return (*SHARED_CORE, *(_custom(cpu, memory_gb) for cpu in CUSTOM_CPUS))


def _custom(cpu: int, memory_gb: float) -> Size:
    least, most = (cpu * each for each in CUSTOM_GB_PER_CPU)
    wanted = min(max(memory_gb, least, CUSTOM_LEAST_GB), most)
    # The largest share may fall between two steps: the one below is the most there is.
    steps = min(math.ceil(wanted / CUSTOM_STEP_GB), math.floor(most / CUSTOM_STEP_GB))
    memory = steps * CUSTOM_STEP_GB
    name = f"db-custom-{cpu}-{int(memory * 1024)}"
    return Size(name, cpu=cpu, memory_gb=memory, hourly_usd=cpu * _CPU_USD + memory * _GB_USD)

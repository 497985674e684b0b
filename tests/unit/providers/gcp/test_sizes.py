"""Cloud SQL's sizes: the rule of custom machines, and which is the cheapest."""

from __future__ import annotations

import pytest

from infra_kit.providers.common.sizes import pick
from infra_kit.providers.gcp import sizes


def enterprise(cpu: float, memory_gb: float, *, dedicated_cpu: bool = False) -> str:
    table = sizes.enterprise(memory_gb)
    return pick(table, what="Postgres 'db'", cpu=cpu, memory_gb=memory_gb, dedicated_cpu=dedicated_cpu).name


@pytest.mark.parametrize(
    ("cpu", "memory_gb", "name"),
    [
        (0.5, 0.5, "db-f1-micro"),
        (1, 1, "db-g1-small"),
        (1, 2, "db-custom-1-3840"),
        (2, 1, "db-custom-2-3840"),
        (1, 6.6, "db-custom-2-6912"),
        (3, 8, "db-custom-4-8192"),
        (96, 624, "db-custom-96-638976"),
        (16, 4, "db-custom-16-14848"),
    ],
)
def test_the_cheapest_machine_that_fits_is_picked(cpu: float, memory_gb: float, name: str) -> None:
    assert enterprise(cpu, memory_gb) == name


def test_dedicated_cpus_are_never_a_shared_core() -> None:
    assert enterprise(0.5, 0.5, dedicated_cpu=True) == "db-custom-1-3840"


@pytest.mark.parametrize("memory_gb", [0.25, 1, 5.3, 19.9, 100, 700])
def test_every_custom_machine_keeps_to_cloud_sqls_rule(memory_gb: float) -> None:
    for size in sizes.enterprise(memory_gb):
        if size.name.startswith("db-custom"):
            cpu, memory_mb = (int(part) for part in size.name.split("-")[2:])
            assert cpu == 1 or cpu % 2 == 0
            assert memory_mb % 256 == 0
            assert memory_mb >= 3840
            assert 0.9 <= memory_mb / 1024 / cpu <= 6.5
            assert (size.cpu, size.memory_gb) == (cpu, memory_mb / 1024)

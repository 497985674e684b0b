"""NomadShift's database, one a region (seeds/000: NS-2)."""

from typing import TypedDict, Unpack

from infra_kit import Backups, Pooling, Postgres
from stacks.nomadshift.regions import Region

LIMIT_GB = 1000
"""In every phase: no disk shrinks on the way back, and one that may grow by itself is left as large as it is."""


class Size(TypedDict, total=False):
    """What changes from phase to phase."""

    cpu: float
    dedicated_cpu: bool
    memory_gb: float
    storage_gb: int
    high_availability: bool
    read_replicas: int
    pooling: Pooling


def database(region: Region, *, retention_days: int, **size: Unpack[Size]) -> Postgres:
    """Geography columns with a GIST index; a copy each day, and any moment of `retention_days`."""
    return Postgres(
        region.named("db"),
        target=region.target,
        network=region.network,
        version="16",
        databases=["nomadshift"],
        extensions=["postgis"],
        backups=Backups(retention_days=retention_days),
        max_storage_gb=LIMIT_GB,
        **size,
    )

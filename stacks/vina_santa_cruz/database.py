"""The shop's database (seeds/001: VS-3, VS-6, VS-7)."""

from typing import TypedDict, Unpack

import pulumi

from infra_kit import Backups, Pooling, Postgres
from stacks.config import system


class Size(TypedDict, total=False):
    """What changes from phase to phase."""

    cpu: float
    dedicated_cpu: bool
    memory_gb: float
    storage_gb: int
    high_availability: bool
    read_replicas: int
    pooling: Pooling


def database(*, retention_days: int, **size: Unpack[Size]) -> Postgres:
    """VS-6: a preview shares staging's database, whose URL it is told, and changes no tables there; every other
    environment has its own."""
    shared = pulumi.Config(system()).get_secret("database-url")
    if shared is not None:
        return Postgres.existing("db", url=shared)
    backups = Backups(retention_days=retention_days, window="03:00-04:00")
    return Postgres("db", version="15", databases=["vina_santa_cruz"], backups=backups, **size)


def connections() -> int:
    """VS-3: 100 in production, 20 in staging."""
    return pulumi.Config(system()).get_int("connections") or 100

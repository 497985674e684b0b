"""The shop's database (seeds/001: VS-3, VS-6, VS-7, VS-8)."""

from typing import TypedDict, Unpack

import pulumi

from infra_kit import Backups, Link, Pooling, Postgres
from stacks.config import system
from stacks.vina_santa_cruz import previews

LIMIT_GB = 120
"""In every phase: no disk shrinks on the way back, and one that may grow by itself is left as large as it is."""


class Size(TypedDict, total=False):
    """What changes from phase to phase."""

    cpu: float
    dedicated_cpu: bool
    memory_gb: float
    storage_gb: int
    high_availability: bool
    read_replicas: int


def database(**size: Unpack[Size]) -> Postgres:
    """VS-3: pooled and direct. VS-7: any moment of seven days. VS-6: a preview shares staging's, whose URL it is told,
    in a schema of its own; every other environment has one."""
    shared = pulumi.Config(system()).get_secret("database-url")
    if shared is not None:
        return Postgres.existing("db", url=shared, access="owner", schema=previews.schema())
    return Postgres(
        "db",
        version="15",
        databases=["vina_santa_cruz"],
        pooling=Pooling(max_connections=_connections()),
        backups=Backups(retention_days=7, window="03:00-04:00", point_in_time=True),
        max_storage_gb=LIMIT_GB,
        **size,
    )


def used(db: Postgres, *, read_only: bool) -> Link:
    """What the shop may do there. A preview's user owns its schema, and infra_kit makes it no other."""
    if db.stands_already:
        return db.link("owner")
    return db.link("read" if read_only else "readwrite")


def _connections() -> int:
    """VS-3: 100 in production, 20 in staging."""
    return pulumi.Config(system()).get_int("connections") or 100

"""What a database server is asked for beside its size: a pooler, backups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from infra_kit import features
from infra_kit.features import Feature
from infra_kit.spec import Options
from infra_kit.texts import Window


class Pooling(Options):
    """Connection pooling in front of the database."""

    mode: Literal["transaction", "session"] = "transaction"
    """`transaction` serves most clients per connection; session settings must then be transaction-local."""
    max_connections: int = Field(default=100, ge=1, le=10_000)
    """Client connections that the pooler takes (seeds/001: 100 in production)."""


class Backups(Options):
    """Automatic backups of the whole server."""

    retention_days: int = Field(default=7, ge=1, le=35)
    """Days that a backup is kept, at most RDS's 35
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html)."""
    window: Window = "03:00-04:00"
    """When the daily backup runs, UTC (seeds/001: 03:00)."""
    point_in_time: bool = True
    """Keep the write-ahead log too, so that any moment of the retention can be restored."""


WITHOUT: Mapping[Feature, Mapping[str, object]] = {
    features.DEDICATED_CPU: {"dedicated_cpu": False},
    features.READ_REPLICAS: {"read_replicas": 0},
    features.HIGH_AVAILABILITY: {"high_availability": False},
    features.POOLING: {"pooling": None},
    features.BACKUPS: {"backups": None},
}
"""By feature of a server, what leaves it out of a spec."""

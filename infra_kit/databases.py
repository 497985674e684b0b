"""What a database server is asked for beside its size: a pooler, backups."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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

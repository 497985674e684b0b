"""A Postgres and its replicas, asked by SQL."""

from __future__ import annotations

import time
from collections import deque

import psutil
import psycopg

from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import postgres_roles
from infra_kit.providers.local.signals.probe import Figures, ServerProbe, Source, percent
from infra_kit.providers.local.signals.usage import Usage
from infra_kit.signals import Signal

_CONNECTIONS = """
SELECT count(*), current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_WRITTEN = "SELECT (pg_current_wal_lsn() - '0/0')::bigint WHERE NOT pg_is_in_recovery()"
_REPLAYED = "SELECT (pg_last_wal_replay_lsn() - '0/0')::bigint"
LONGEST_MEMORY = 10_000


class PostgresProbe(ServerProbe):
    """A replica's lag is told by what the primary had written when, which also counts for one that is down."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._usage = Usage()
        self._written: deque[tuple[float, int]] = deque(maxlen=LONGEST_MEMORY)
        """When the primary was asked, and how far its log was."""
        self._replayed: dict[str, int] = {}

    def measure(self) -> Figures:
        primary, *replicas = self.source.boxes
        figures = {**self._primary(primary), **self._usage.measure(self.source.boxes)}
        answered = int(Signal.CONNECTIONS in figures) + sum(self._asked(replica) for replica in replicas)
        figures[Signal.UPTIME] = percent(answered, 1 + len(replicas))
        if primary.data.exists():
            figures[Signal.DISK] = psutil.disk_usage(str(primary.data)).percent
        if replicas and self._written:
            figures[Signal.REPLICA_LAG] = max(self._lag(replica) for replica in replicas)
        return figures

    def _primary(self, box: Box) -> dict[Signal, float]:
        try:
            with postgres_roles.connect(box.record) as connection:
                written = connection.execute(_WRITTEN).fetchone()
                taken = connection.execute(_CONNECTIONS).fetchone()
        except (psycopg.Error, ServerError, FileNotFoundError):
            return {}
        if not written or not taken:
            return {}
        self._written.append((time.monotonic(), int(written[0])))
        return {Signal.CONNECTIONS: percent(taken[0], taken[1])}

    def _asked(self, replica: Box) -> bool:
        """Whether it answers."""
        try:
            with postgres_roles.connect(replica.record) as connection:
                replayed = connection.execute(_REPLAYED).fetchone()
        except (psycopg.Error, ServerError, FileNotFoundError):
            return False
        self._replayed[replica.name] = int(replayed[0] or 0) if replayed else 0
        return True

    def _lag(self, replica: Box) -> float:
        replayed = self._replayed.get(replica.name, 0)
        missing = next((when for when, written in self._written if written > replayed), None)
        return 0.0 if missing is None else time.monotonic() - missing

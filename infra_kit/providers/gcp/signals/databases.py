"""Postgres: Cloud SQL. Redis: Memorystore (https://cloud.google.com/memorystore/docs/redis/monitoring-metrics).
ObjectStore: Cloud Storage. All are in https://cloud.google.com/monitoring/api/metrics_gcp.

- Each server counts by itself. Of `pooling`, a server's connections are those of its pooler too; how many of a pool's
  own are lent is not told as a share, for Cloud SQL has a pool of each database and user on each of its poolers.
- Redis has one busy thread: its CPU is what that one uses of a CPU. Its nodes count together, the worst of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.object_store import GcpBucket
from infra_kit.providers.gcp.postgres import GcpDatabase
from infra_kit.providers.gcp.redis import GcpCache
from infra_kit.providers.gcp.signals.metric import (
    WINDOW,
    Metric,
    alive,
    answered,
    ends_with,
    is_,
    percent,
    plain,
    series,
)
from infra_kit.signals import Signal

POSTGRES = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS, Signal.REPLICA_LAG})
REDIS = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.CONNECTIONS, Signal.CACHE_HITS})
OBJECT_STORE = frozenset({Signal.UPTIME})
MOST_CLIENTS = 65_000
"""Of an instance of Memorystore (https://cloud.google.com/memorystore/docs/redis/quotas)."""
ITS_FAULT = 'response_code=~"INTERNAL|UNAVAILABLE|DEADLINE_EXCEEDED|UNKNOWN"'
"""Answers of Cloud Storage that are its own failures."""


def postgres(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, GcpDatabase)
    server, *replicas = there.names
    followers = {f"replica-{number}": name for number, name in enumerate(replicas, start=1)}
    servers = {"": server, **followers}
    return {
        Signal.UPTIME: [percent(_sql(name, "up"), part) for part, name in servers.items()],
        Signal.CPU: [percent(_sql(name, "cpu/utilization"), part) for part, name in servers.items()],
        Signal.MEMORY: [percent(_sql(name, "memory/utilization"), part) for part, name in servers.items()],
        Signal.DISK: [percent(_sql(name, "disk/utilization"), part) for part, name in servers.items()],
        Signal.CONNECTIONS: [_connections(name, there, part) for part, name in servers.items()],
        Signal.REPLICA_LAG: [_lag(name, part) for part, name in followers.items()],
    }


def _sql(server: pulumi.Output[str], metric: str) -> pulumi.Output[str]:
    return series(f"cloudsql.googleapis.com/database/{metric}", "cloudsql_database", ends_with("database_id", server))


def _connections(server: pulumi.Output[str], there: GcpDatabase, part: str) -> Metric:
    """Counted by database."""
    return plain("100 * sum(", _sql(server, "postgresql/num_backends"), f") / {there.connections}", part=part)


def _lag(server: pulumi.Output[str], part: str) -> Metric:
    return plain("max(", _sql(server, "replication/replica_lag"), ")", part=part)


def redis(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    name = scope.native(component, GcpCache).name
    busy = pulumi.Output.concat("sum by (node_id) (rate(", _redis(name, "stats/cpu_utilization_main_thread"))
    return {
        Signal.UPTIME: [alive(_redis(name, "server/uptime"))],
        Signal.CPU: [plain("100 * max(", busy, f"[{WINDOW}])))")],
        Signal.MEMORY: [percent(_redis(name, "stats/memory/usage_ratio"))],
        Signal.CONNECTIONS: [plain("100 * max(", _redis(name, "clients/connected"), f") / {MOST_CLIENTS}")],
        Signal.CACHE_HITS: [percent(_redis(name, "stats/cache_hit_ratio"))],
    }


def _redis(name: pulumi.Output[str], metric: str) -> pulumi.Output[str]:
    return series(f"redis.googleapis.com/{metric}", "redis_instance", ends_with("instance_id", name))


def object_store(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    bucket = is_("bucket_name", scope.native(component, GcpBucket).name)
    asked = "storage.googleapis.com/api/request_count"
    failed = series(asked, "gcs_bucket", bucket, ITS_FAULT)
    return {Signal.UPTIME: [answered(failed, series(asked, "gcs_bucket", bucket))]}

"""Postgres: RDS (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html). Redis: ElastiCache
(https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html).
Documents and search: see `stores`.

- Neither says whether it answers. Each reports every minute as long as it runs, so silence is what is wrong.
- Each server and each node counts by itself, and so does a pooler: its clients wait when it has lent what it may open,
  however many connections the server has left.
- A disk that has grown by itself counts as large as it was when Pulumi last looked.
- A replica of a server that nobody writes to counts as up to 5 minutes behind
  (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Monitoring.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import rds

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.postgres import AwsPostgres
from infra_kit.providers.aws.redis import AwsRedis
from infra_kit.providers.aws.signals.metric import Metric, Series, alive, plain
from infra_kit.signals import Signal

GIB = 2**30
POSTGRES = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS, Signal.REPLICA_LAG})
REDIS = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.CONNECTIONS, Signal.CACHE_HITS})
MOST_CLIENTS = 65_000
"""Of a node (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html)."""
MANY_CPUS = 4
"""From so many on, the engine's own share is the one to look at: it has one busy thread."""


def postgres(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsPostgres)
    replicas = {f"replica-{number}": it for number, it in enumerate(there.replicas, start=1)}
    servers = {"": there.server, **replicas}
    return {
        Signal.UPTIME: [alive(_rds(it, "DatabaseConnections"), part=part) for part, it in servers.items()],
        Signal.CPU: [plain(_rds(it, "CPUUtilization"), part=part) for part, it in servers.items()],
        Signal.MEMORY: [_memory(it, there, part) for part, it in servers.items()],
        Signal.DISK: [_disk(it, there.server, part) for part, it in servers.items()],
        Signal.CONNECTIONS: [*_pool(there), *(_connections(it, there, part) for part, it in servers.items())],
        Signal.REPLICA_LAG: [plain(_rds(it, "ReplicaLag", "Maximum"), part=part) for part, it in replicas.items()],
    }


def _rds(server: rds.Instance, name: str, statistic: str = "Average") -> Series:
    dimensions = {"DBInstanceIdentifier": server.identifier}
    return Series(namespace="AWS/RDS", name=name, dimensions=dimensions, statistic=statistic)


def _memory(server: rds.Instance, there: AwsPostgres, part: str) -> Metric:
    total = there.size.memory_gb * GIB
    series = {"free": _rds(server, "FreeableMemory")}
    return Metric(series=series, expression=f"100 - 100 * free / {total:.0f}", part=part)


def _disk(server: rds.Instance, primary: rds.Instance, part: str) -> Metric:
    """A replica whose disk may grow says no size of its own, and a plan knows its primary's alone."""
    sizes = pulumi.Output.all(server.allocated_storage, primary.allocated_storage)
    total = sizes.apply(lambda known: f"{(known[0] or known[1]) * GIB:.0f}")
    expression = pulumi.Output.concat("100 - 100 * free / ", total)
    return Metric(series={"free": _rds(server, "FreeStorageSpace")}, expression=expression, part=part)


def _connections(server: rds.Instance, there: AwsPostgres, part: str) -> Metric:
    series = {"open": _rds(server, "DatabaseConnections", "Maximum")}
    return Metric(series=series, expression=f"100 * open / {there.connections}", part=part)


def _pool(there: AwsPostgres) -> list[Metric]:
    """How many of the connections that it may open are lent: who asks for one when all are, waits for it
    (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html)."""
    if there.pooler is None:
        return []
    names = {"lent": "DatabaseConnectionsCurrentlyBorrowed", "most": "MaxDatabaseConnectionsAllowed"}
    its = {"ProxyName": there.pooler}
    # Each of its machines tells its own.
    series = {key: Series(namespace="AWS/RDS", name=it, dimensions=its, statistic="Sum") for key, it in names.items()}
    return [Metric(series=series, expression="100 * lent / most", part="pooler")]


def redis(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsRedis)
    nodes = {f"node-{number}": it for number, it in enumerate(there.nodes, start=1)}
    busy = "EngineCPUUtilization" if there.size.cpu >= MANY_CPUS else "CPUUtilization"
    return {
        Signal.UPTIME: [alive(_cache(it, "CurrConnections"), part=part) for part, it in nodes.items()],
        Signal.CPU: [plain(_cache(it, busy), part=part) for part, it in nodes.items()],
        Signal.MEMORY: [plain(_cache(it, "DatabaseMemoryUsagePercentage"), part=part) for part, it in nodes.items()],
        Signal.CONNECTIONS: [_clients(it, part) for part, it in nodes.items()],
        Signal.CACHE_HITS: [_hits(it, part) for part, it in nodes.items()],
    }


def _cache(node: pulumi.Output[str], name: str, statistic: str = "Average") -> Series:
    return Series(namespace="AWS/ElastiCache", name=name, dimensions={"CacheClusterId": node}, statistic=statistic)


def _clients(node: pulumi.Output[str], part: str) -> Metric:
    series = {"open": _cache(node, "CurrConnections", "Maximum")}
    return Metric(series=series, expression=f"100 * open / {MOST_CLIENTS}", part=part)


def _hits(node: pulumi.Output[str], part: str) -> Metric:
    """Nothing where nobody reads: what is divided by none has no figure."""
    series = {"hits": _cache(node, "CacheHits", "Sum"), "misses": _cache(node, "CacheMisses", "Sum")}
    return Metric(series=series, expression="100 * hits / (hits + misses)", part=part)

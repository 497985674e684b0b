"""Postgres and Redis: their exporters (`exporters.py`) and their containers."""

from __future__ import annotations

from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.providers.vps import exporters, monitoring
from infra_kit.providers.vps.postgres_conf import pool_size
from infra_kit.providers.vps.signals import containers
from infra_kit.providers.vps.signals.metric import LATELY, Figures, figures, last, or_none
from infra_kit.signals import Signal

POSTGRES = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS, Signal.REPLICA_LAG})
REDIS = frozenset({Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.CONNECTIONS, Signal.CACHE_HITS})

SERVERS = "server|replica-[0-9]+"
MAX_CLIENTS = 10_000
"""What Valkey takes where nothing is said (`maxclients`, https://valkey.io/topics/clients/)."""


def postgres(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitor = monitoring.of(scope)
    exporters.once(monitor, component.name, lambda: exporters.postgres(monitor, component))
    of = f'{{component="{component.name}"}}'
    taken, whole = (last(f"infra_kit_postgres_{what}{of}") for what in ("connections", "max_connections"))
    lag = {Signal.REPLICA_LAG: f"max({last(f'infra_kit_replica_lag_seconds{of}')})"}
    return figures(
        {
            Signal.UPTIME: _worst("min", component, _answers("pg_up", of), containers.well(component, "pooler", 1)),
            Signal.CPU: containers.cpu(component, SERVERS),
            Signal.MEMORY: containers.memory(component, SERVERS),
            Signal.DISK: containers.DISK,
            Signal.CONNECTIONS: _worst("max", component, f"100 * max({taken}) / max({whole})", _lent(component)),
            **(lag if component.spec.read_replicas else {}),
        }
    )


def _worst(which: str, component: Component[Any, Any], server: str, pooler: str) -> str:
    """The server, or the pooler if it has one: who goes that way reaches the server no other.

    Args:
        which: of the two figures, `min` or `max`.
        component: whose they are.
        server, pooler: each one's figure.
    """
    if component.spec.pooling is None:
        return server
    return f'{which}({server} or label_replace({pooler}, "of", "pooler", "", ""))'


def _lent(component: Component[Any, Any]) -> str:
    """Of what the pooler may lend of a database; beyond 100 where clients wait for one."""
    of = f'{{component="{component.name}"}}'
    used, waiting = (last(f"infra_kit_pooler_{what}{of}") for what in ("used", "waiting"))
    return f"100 * max({used} + {waiting}) / {pool_size(component.spec.databases)}"


def redis(scope: Scope, component: Component[Any, Any]) -> Figures:
    monitor = monitoring.of(scope)
    exporters.once(monitor, component.name, lambda: exporters.redis(monitor, component))
    of = f'{{component="{component.name}"}}'
    hits, misses = (f"sum(rate(redis_keyspace_{what}_total{of}[{LATELY}]))" for what in ("hits", "misses"))
    return figures(
        {
            Signal.UPTIME: _answers("redis_up", of),
            Signal.CPU: containers.cpu(component, SERVERS),
            Signal.MEMORY: containers.memory(component, SERVERS),
            Signal.CONNECTIONS: f"100 * max({last(f'redis_connected_clients{of}')}) / {MAX_CLIENTS}",
            # Of no read at all, all were answered.
            Signal.CACHE_HITS: f"100 * (({hits} / ({hits} + {misses} > 0)) or vector(1))",
        }
    )


def _answers(metric: str, of: str) -> str:
    """Where the exporter itself does not answer, nobody knows that the server does."""
    return f"100 * {or_none(f'min({metric}{of} or 0 * up{of})')}"

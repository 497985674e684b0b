"""Signals: what is measured of a component, in its users' terms.

How a target measures each stands in `providers/<target>/signals`: alerts, dashboards and the panel read it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Signal(StrEnum):
    """One figure of a component, as it was in the last minutes."""

    UPTIME = "uptime"
    ERRORS = "errors"
    CLIENT_ERRORS = "client-errors"
    LATENCY = "latency"
    LATENCY_P95 = "latency-p95"
    REQUESTS = "requests"
    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    CONNECTIONS = "connections"
    REPLICA_LAG = "replica-lag"
    CACHE_HITS = "cache-hits"
    INSTANCES = "instances"
    BACKLOG = "backlog"
    BACKLOG_AGE = "backlog-age"
    DEAD_LETTERS = "dead-letters"
    FAILED_RUNS = "failed-runs"
    BOUNCES = "bounces"
    COMPLAINTS = "complaints"
    CERTIFICATE = "certificate"
    BACKUP_AGE = "backup-age"
    LOG_AGE = "log-age"
    DRILL_AGE = "drill-age"
    SPENT = "spent"


@dataclass(frozen=True)
class Meaning:
    """What a signal's figure says."""

    unit: str
    says: str
    bad_when_low: bool = False
    of_traffic: bool = False
    """Of what was asked lately: without a request there is none, and then nothing is wrong either. Of all others a
    figure that is missing says nothing: what was wrong still is, until it was measured to be well."""


MEANINGS: Mapping[Signal, Meaning] = {
    Signal.UPTIME: Meaning("%", "checks that were answered well", bad_when_low=True),
    Signal.ERRORS: Meaning("%", "requests answered with 5xx, or not at all", of_traffic=True),
    Signal.CLIENT_ERRORS: Meaning("%", "requests answered with 4xx", of_traffic=True),
    Signal.LATENCY: Meaning("s", "how long answers take, the mean", of_traffic=True),
    Signal.LATENCY_P95: Meaning("s", "how long answers take, of 95 in 100 at most", of_traffic=True),
    Signal.REQUESTS: Meaning("1/s", "requests"),
    Signal.CPU: Meaning("%", "of the CPUs it has"),
    Signal.MEMORY: Meaning("%", "of the memory it has"),
    Signal.DISK: Meaning("%", "of the disk it has"),
    Signal.CONNECTIONS: Meaning("%", "of the connections it takes"),
    Signal.REPLICA_LAG: Meaning("s", "how far the last replica is behind"),
    Signal.CACHE_HITS: Meaning("%", "reads answered from the cache", bad_when_low=True, of_traffic=True),
    Signal.INSTANCES: Meaning("%", "running, of those that are wanted", bad_when_low=True),
    Signal.BACKLOG: Meaning("events", "that wait to be worked on"),
    Signal.BACKLOG_AGE: Meaning("s", "how long the oldest event has waited"),
    Signal.DEAD_LETTERS: Meaning("events", "that were given up"),
    Signal.FAILED_RUNS: Meaning("runs", "that failed"),
    Signal.BOUNCES: Meaning("%", "mails that came back"),
    Signal.COMPLAINTS: Meaning("%", "mails that somebody called spam"),
    Signal.CERTIFICATE: Meaning("d", "until the certificate ends", bad_when_low=True),
    Signal.BACKUP_AGE: Meaning("h", "since the last backup that was taken whole"),
    Signal.LOG_AGE: Meaning("s", "since all that its databases wrote was with the copies"),
    Signal.DRILL_AGE: Meaning("d", "since a backup was last proven by restoring it"),
    Signal.SPENT: Meaning("%", "of the month's budget"),
}

_RUNS = (Signal.CPU, Signal.MEMORY, Signal.INSTANCES)
OF: Mapping[str, tuple[Signal, ...]] = {
    "postgres": (
        Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS, Signal.REPLICA_LAG,
    ),
    "redis": (Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.CONNECTIONS, Signal.CACHE_HITS),
    "document_store": (Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK, Signal.CONNECTIONS),
    "search": (Signal.UPTIME, Signal.CPU, Signal.MEMORY, Signal.DISK),
    "object_store": (Signal.UPTIME,),
    "event_bus": (Signal.UPTIME, Signal.DISK, Signal.BACKLOG, Signal.BACKLOG_AGE, Signal.DEAD_LETTERS),
    "cdn": (Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.REQUESTS, Signal.CACHE_HITS, Signal.CERTIFICATE),
    "gateway": (
        Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.LATENCY, Signal.LATENCY_P95, Signal.REQUESTS,
        Signal.CERTIFICATE,
    ),
    "service": _RUNS,
    "worker": _RUNS,
    "job": (Signal.FAILED_RUNS,),
    "auth": (Signal.UPTIME, Signal.ERRORS),
    "mailer": (Signal.UPTIME, Signal.BOUNCES, Signal.COMPLAINTS),
    "uptime": (Signal.UPTIME, Signal.LATENCY, Signal.CERTIFICATE),
    "backup": (Signal.BACKUP_AGE, Signal.LOG_AGE, Signal.FAILED_RUNS),
    "restore_drill": (Signal.DRILL_AGE, Signal.FAILED_RUNS),
    "budget": (Signal.SPENT,),
}  # fmt: skip
"""By component's kind, what can be asked of it. A target that cannot measure one of them declares a gap:
`signal:postgres.replica-lag`."""

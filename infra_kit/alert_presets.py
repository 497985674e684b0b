"""Rules that are ready: what each kind of component is watched by where nothing is said, and the seeds' own tables.

`Alerts("alerts", rules=alert_presets.TWO_LEVELS, …)`. Each is a mapping, so that one rule is changed or added by its
name: `{**alert_presets.PLATFORM, "slow": Rule(signal="latency-p95", above=2, level="P1")}`.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit.alert_rules import Rule

Rules = Mapping[str, Rule]

SENSIBLE: Rules = {
    "down": Rule(signal="uptime", below=100, lasting="2m", level="P0"),
    "no-instances": Rule(signal="instances", below=50, lasting="5m", level="P0"),
    "fewer-instances": Rule(signal="instances", below=100, lasting="15m", level="P2"),
    "errors": Rule(signal="errors", above=1, lasting="5m", level="P0"),
    "slow": Rule(signal="latency-p95", above=1, lasting="10m", level="P1"),
    "cpu": Rule(signal="cpu", above=80, lasting="15m", level="P2"),
    "memory": Rule(signal="memory", above=90, lasting="10m", level="P1"),
    "disk": Rule(signal="disk", above=80, lasting="10m", level="P1"),
    "disk-full-soon": Rule(signal="disk", above=90, lasting="5m", level="P0"),
    "connections": Rule(signal="connections", above=80, lasting="5m", level="P1"),
    "replica-lag": Rule(signal="replica-lag", above=5, lasting="5m", level="P1"),
    "backlog-age": Rule(signal="backlog-age", above=900, lasting="5m", level="P1"),
    "dead-letters": Rule(signal="dead-letters", above=0, lasting="1m", level="P2"),
    "failed-runs": Rule(signal="failed-runs", above=0, lasting="1m", level="P1"),
    "bounces": Rule(signal="bounces", above=4, lasting="1h", level="P1"),
    "complaints": Rule(signal="complaints", above=0.08, lasting="1h", level="P1"),
    "certificate": Rule(signal="certificate", below=21, lasting="1h", level="P1"),
    "backup-age": Rule(signal="backup-age", above=26, lasting="30m", level="P1"),
    "drill-age": Rule(signal="drill-age", above=35, lasting="1h", level="P2"),
    "spent": Rule(signal="spent", above=100, lasting="1h", level="P3"),
}
"""The defaults: a rule says nothing of components without its signal. Bounds of seeds/000 and seeds/004 where they have
one (lag of 5 s, 5xx above 1 %, p95 above 1 s). Amazon SES looks into an account of which 5 % of the mails come back, or
0.1 % are called spam (https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html)."""

TWO_LEVELS: Rules = {
    "latency-warning": Rule(signal="latency", above=1, level="P2"),
    "latency-critical": Rule(signal="latency", above=3, level="P0"),
    "errors-warning": Rule(signal="errors", above=2, level="P2"),
    "errors-critical": Rule(signal="errors", above=5, level="P0"),
    "cpu-warning": Rule(signal="cpu", above=70, level="P2"),
    "cpu-critical": Rule(signal="cpu", above=90, level="P0"),
    "memory-warning": Rule(signal="memory", above=75, level="P2"),
    "memory-critical": Rule(signal="memory", above=90, level="P0"),
    "connections-warning": Rule(signal="connections", above=70, level="P2"),
    "connections-critical": Rule(signal="connections", above=90, level="P0"),
    "replica-lag": Rule(signal="replica-lag", above=5, level="P2"),
}
"""seeds/000 (NS-10, NS-2): warning and critical. It says no time for which they must last: 5 minutes."""

SHOP: Rules = {
    "errors": Rule(signal="errors", above=5, lasting="5m", level="P0"),
    "down": Rule(signal="uptime", below=100, lasting="5m", level="P0"),
    "slow": Rule(signal="latency", above=2, lasting="10m", level="P1"),
    "some-errors": Rule(signal="errors", above=1, lasting="10m", level="P1"),
    "connections-near-limit": Rule(signal="connections", above=80, lasting="5m", level="P1"),
    "disk-near-limit": Rule(signal="disk", above=80, lasting="5m", level="P1"),
    "budget-near-limit": Rule(signal="spent", above=80, lasting="1h", level="P1"),
    "log-age": Rule(signal="log-age", above=1800, lasting="5m", level="P1"),
}
"""seeds/001 (VS-11; VS-8: of less than an hour is anything lost, so half of it is an alert): its own counts of database
and payment errors are the application's to measure. For the first stands what does not answer: each database, and each
cache, bus, store and Uptime that is watched; name in `of` those that shall wake somebody. Its plans' limits are disk,
connections and budget here."""

SCALING: Rules = {
    "cpu": Rule(signal="cpu", above=80, lasting="5m", level="P1"),
    "memory": Rule(signal="memory", above=85, lasting="10m", level="P1"),
    "errors": Rule(signal="errors", above=1, lasting="5m", level="P0"),
    "slow": Rule(signal="latency", above=2, lasting="1m", level="P1"),
    "connections": Rule(signal="connections", above=80, lasting="5m", level="P1"),
}
"""seeds/003 (CC-7)."""

PLATFORM: Rules = {
    "errors": Rule(signal="errors", above=1, lasting="5m", level="P0"),
    "down": Rule(signal="uptime", below=100, lasting="2m", level="P0"),
    "no-instances": Rule(signal="instances", below=50, lasting="2m", level="P0"),
    "no-backup": Rule(signal="backup-age", above=26, lasting="30m", level="P0"),
    "slow": Rule(signal="latency-p95", above=1, lasting="5m", level="P1"),
    "some-errors": Rule(signal="errors", above=0.5, lasting="5m", level="P1"),
    "cold-cache": Rule(signal="cache-hits", below=50, lasting="15m", level="P1"),
    "failed-runs": Rule(signal="failed-runs", above=0, lasting="1m", level="P1"),
    "client-errors": Rule(signal="client-errors", above=20, lasting="30m", level="P2"),
    "near-limits": Rule(signal="disk", above=80, lasting="1h", level="P3"),
    "near-connections": Rule(signal="connections", above=80, lasting="1h", level="P3"),
    "cost": Rule(signal="spent", above=100, lasting="1h", level="P3"),
}
"""seeds/004 (ZU-10): P0 at once, P1 within 15 minutes, P2 within the hour, P3. Auth is down where its Service has no
instances, or an Uptime of it fails. Data loss is a backup that is missing; a run of a job, copy or drill that failed
is told before. Requests that were throttled (429) are among the client errors. Left out: odd traffic, for which nothing
says what is usual, and its cold starts and deprecated API, which are of functions, and those are containers here."""

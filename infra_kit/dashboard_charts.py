"""What dashboards show: a chart a signal, below headings that are the same on every target.

`Dashboard("board", of=[…])` has all that is measured of its components (`sensible`). A board of its own, e.g. for those
who look at how fast it is: `Dashboard("fast", of=[…], charts=dashboard_charts.PERFORMANCE)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from infra_kit.alert_rules import SignalName
from infra_kit.component import Component
from infra_kit.signals import OF, Signal
from infra_kit.spec import Items, Options
from infra_kit.texts import Name, matching

Title = Annotated[
    str, matching(r"[^\s\W]([^\W_]|[ .,:&()/+'-]){0,59}", "letters and digits are needed, e.g. 'How fast it is'")
]
"""Of at most 60 characters. It stands in Markdown and HTML, so none of what those read as their own."""

AVAILABILITY, TRAFFIC, ERRORS, LATENCY = "Availability", "Traffic", "Errors", "Latency"
SATURATION, DATABASE, CACHE, QUEUES = "Saturation", "Database", "Cache", "Queues"
BACKUPS, COST = "Backups", "Cost"
ROWS = (AVAILABILITY, TRAFFIC, ERRORS, LATENCY, SATURATION, DATABASE, CACHE, QUEUES, BACKUPS, COST)
"""The headings, in their order: what users feel first, then what it may come from."""

_ROWS: Mapping[Signal, str] = {
    Signal.UPTIME: AVAILABILITY, Signal.CERTIFICATE: AVAILABILITY, Signal.REQUESTS: TRAFFIC, Signal.ERRORS: ERRORS,
    Signal.CLIENT_ERRORS: ERRORS, Signal.FAILED_RUNS: ERRORS, Signal.LATENCY: LATENCY, Signal.LATENCY_P95: LATENCY,
    Signal.CPU: SATURATION, Signal.MEMORY: SATURATION, Signal.DISK: SATURATION, Signal.CONNECTIONS: SATURATION,
    Signal.INSTANCES: SATURATION, Signal.REPLICA_LAG: DATABASE, Signal.CACHE_HITS: CACHE, Signal.BACKLOG: QUEUES,
    Signal.BACKLOG_AGE: QUEUES, Signal.DEAD_LETTERS: QUEUES, Signal.BACKUP_AGE: BACKUPS, Signal.LOG_AGE: BACKUPS,
    Signal.DRILL_AGE: BACKUPS, Signal.BOUNCES: ERRORS, Signal.COMPLAINTS: ERRORS, Signal.SPENT: COST,
}  # fmt: skip
_OWN_ROW = {"postgres": DATABASE, "document_store": DATABASE, "search": DATABASE, "redis": CACHE}
"""By kind, where what fills it up stands."""

TITLES: Mapping[Signal, str] = {
    Signal.UPTIME: "Uptime", Signal.ERRORS: "Server errors", Signal.CLIENT_ERRORS: "Client errors",
    Signal.LATENCY: "Mean latency", Signal.LATENCY_P95: "Latency, 95 in 100", Signal.REQUESTS: "Requests",
    Signal.CPU: "CPU", Signal.MEMORY: "Memory", Signal.DISK: "Disk", Signal.CONNECTIONS: "Connections",
    Signal.REPLICA_LAG: "Replica lag", Signal.CACHE_HITS: "Cache hits", Signal.INSTANCES: "Instances",
    Signal.BACKLOG: "Waiting events", Signal.BACKLOG_AGE: "Oldest event", Signal.DEAD_LETTERS: "Dead letters",
    Signal.FAILED_RUNS: "Failed runs", Signal.CERTIFICATE: "Certificate", Signal.BACKUP_AGE: "Last backup",
    Signal.LOG_AGE: "Log not with the copies", Signal.DRILL_AGE: "Last proven restore", Signal.SPENT: "Spent",
    Signal.BOUNCES: "Mails that came back", Signal.COMPLAINTS: "Mails called spam",
}  # fmt: skip


class Chart(Options):
    """One signal of some components, over time: `Chart(signal="cpu", of=["api", "scorer"], row="Programs")`."""

    signal: SignalName
    """What is shown: see `infra_kit.signals`, which also has its unit."""
    of: Items[Name] = ()
    """The components, by name. Default: all on the dashboard that have the signal; no chart where none has."""
    row: Title | None = None
    """The heading that it stands below, one of your own or of `ROWS`. Default: the signal's."""
    title: Title | None = None
    """Default: the signal in words."""

    def shows(self, components: Iterable[Component[Any, Any]]) -> list[Component[Any, Any]]:
        """Those that it is of."""
        wanted = Signal(self.signal)
        return [it for it in components if wanted in OF[it.KIND] and (not self.of or it.name in self.of)]


Charts = Mapping[str, Chart]


def row_of(kind: str, signal: Signal) -> str:
    """The heading below which a signal of a kind of component stands."""
    usual = _ROWS[signal]
    return _OWN_ROW.get(kind, usual) if usual == SATURATION else usual


def sensible(components: Sequence[Component[Any, Any]]) -> Charts:
    """All that is measured of some components: a chart for each signal below each heading."""
    return dict(_sensible(components))


def _sensible(components: Sequence[Component[Any, Any]]) -> Iterator[tuple[str, Chart]]:
    for row in ROWS:
        for signal in Signal:
            meant = [it.name for it in components if signal in OF[it.KIND] and row_of(it.KIND, signal) == row]
            if meant:
                yield f"{row.lower()}-{signal}", Chart(signal=signal, of=meant, row=row)


EXECUTIVE: Charts = {
    "up": Chart(signal="uptime"),
    "visits": Chart(signal="requests"),
    "errors": Chart(signal="errors"),
    "speed": Chart(signal="latency-p95"),
    "backups": Chart(signal="backup-age"),
    "spent": Chart(signal="spent"),
}
"""seeds/004 (ZU-11): few figures, for those who ask whether all is well."""

PERFORMANCE: Charts = {
    "requests": Chart(signal="requests"),
    "mean": Chart(signal="latency"),
    "slowest": Chart(signal="latency-p95"),
    "cpu": Chart(signal="cpu", row=SATURATION),
    "memory": Chart(signal="memory", row=SATURATION),
    "connections": Chart(signal="connections", row=SATURATION),
    "hits": Chart(signal="cache-hits"),
    "waiting": Chart(signal="backlog-age"),
}
"""seeds/001 (VS-12): how fast it is, and what would make it faster. Its operations board, and seeds/004's for
engineers, is the default."""

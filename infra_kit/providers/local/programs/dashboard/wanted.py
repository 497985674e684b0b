"""What the page is told, as `providers/local/dashboard.py` says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.signals.probe import Source


@dataclass(frozen=True)
class Line:
    """One figure on a chart."""

    label: str
    component: str
    signal: str


@dataclass(frozen=True)
class Bound:
    """Of a rule of Alerts."""

    value: float
    level: str
    says: str


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    says: str
    lines: Sequence[Line]
    bounds: Sequence[Bound]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Panel:
        lines = [Line(**it) for it in told["series"]]
        return cls(told["title"], told["unit"], told["says"], lines, [Bound(**it) for it in told["bounds"]])


@dataclass(frozen=True)
class Row:
    title: str
    note: str
    """Plain, but for what stands between backticks, which is code."""
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Wanted:
    """All of it."""

    title: str
    every: float
    """Seconds."""
    shown: Mapping[str, Source]
    rows: Sequence[Row]
    links: Mapping[str, str]
    alerts: Box | None
    """Where the state of the alerts is."""

    @classmethod
    def of(cls, box: Box, told: Mapping[str, Any]) -> Wanted:
        shown = {name: Source.of(str(box.home), box.stack, it) for name, it in told["shown"].items()}
        rows = [Row(it["title"], it["note"], [Panel.of(panel) for panel in it["panels"]]) for it in told["rows"]]
        alerts = Box(box.home, box.stack, told["alerts"]) if told["alerts"] else None
        return cls(told["title"], float(told["every"]), shown, rows, told["links"], alerts)

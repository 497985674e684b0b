"""What the targets' Dashboards share: what stands on them, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pulumi

from infra_kit.alert_rules import Level, Rule
from infra_kit.component import Component, Scope
from infra_kit.components.budget import Budget
from infra_kit.components.dashboard import DashboardSpec
from infra_kit.dashboard_charts import COST, ROWS, TITLES, Chart, row_of
from infra_kit.providers.common.alerts import Measured
from infra_kit.signals import MEANINGS, Signal

M = TypeVar("M", bound=Measured)
SIDE_BY_SIDE = 3


@dataclass(frozen=True)
class Series(Generic[M]):
    """One line of a chart."""

    label: str
    """`db replica-1`."""
    metric: M


@dataclass(frozen=True)
class Bound:
    """Of a rule of Alerts."""

    value: float
    level: Level
    says: str
    """The rule in words."""


@dataclass(frozen=True)
class Panel(Generic[M]):
    """A chart as a target draws it."""

    name: str
    title: str
    unit: str
    """As `signals.MEANINGS` has it."""
    says: str
    series: Sequence[Series[M]]
    bounds: Sequence[Bound]


@dataclass(frozen=True)
class Row(Generic[M]):
    """A heading, and what stands below it."""

    title: str
    panels: Sequence[Panel[M]]
    note: str = ""
    """Markdown."""


def title(scope: Scope, spec: DashboardSpec) -> str:
    return spec.title or f"{scope.target.app} {scope.name}"


def rows(
    scope: Scope, spec: DashboardSpec, of: Callable[[Scope, Component[Any, Any]], Mapping[Signal, Sequence[M]]]
) -> list[Row[M]]:
    """All of a dashboard, in its order. What has no figure as it is now (the lag of no replica) has no panel.

    Args:
        of: how the target measures a component.
    """
    charts = {name: (chart, chart.shows(spec.of)) for name, chart in (spec.charts or {}).items()}
    shown = {component.name for _, meant in charts.values() for component in meant}
    measured = {component.name: of(scope, component) for component in spec.of if component.name in shown}
    below: dict[str, list[Panel[M]]] = {row: [] for row in ROWS}
    for name, (chart, meant) in charts.items():
        panel = _panel(spec, name, chart, meant, measured)
        if panel.series:
            below.setdefault(chart.row or row_of(meant[0].KIND, Signal(chart.signal)), []).append(panel)
    notes = {COST: _budgets(spec)}
    found = [Row(heading, panels, notes.get(heading, "")) for heading, panels in below.items()]
    return [row for row in found if row.panels or row.note]


def _panel(
    spec: DashboardSpec,
    name: str,
    chart: Chart,
    meant: Sequence[Component[Any, Any]],
    measured: Mapping[str, Mapping[Signal, Sequence[M]]],
) -> Panel[M]:
    signal = Signal(chart.signal)
    meaning = MEANINGS[signal]
    series = [
        Series(f"{component.name} {metric.part}".rstrip(), metric)
        for component in meant
        for metric in measured[component.name].get(signal, ())
    ]
    return Panel(name, chart.title or TITLES[signal], meaning.unit, meaning.says, series, _bounds(spec, signal, meant))


def _bounds(spec: DashboardSpec, signal: Signal, meant: Sequence[Component[Any, Any]]) -> list[Bound]:
    """Each once, whichever of the components it is for; the most urgent first."""
    if spec.alerts is None:
        return []
    applies = spec.alerts.spec.applies()
    rules: set[Rule] = {rule for it in meant for _, rule in applies.get(it.name, ()) if Signal(rule.signal) == signal}
    found = {Bound(rule.bound, rule.level, str(rule)) for rule in rules}
    return sorted(found, key=lambda it: (it.level, it.value))


def _budgets(spec: DashboardSpec) -> str:
    """What may be spent: few targets say what is."""
    of = [it for it in spec.of if isinstance(it, Budget)]
    return "\n".join(
        f"Budget {it.name}: {it.spec.monthly:g} {it.spec.currency} a month. `infra-kit cost` says what is planned."
        for it in of
    )


def links(spec: DashboardSpec) -> pulumi.Output[str]:
    """As Markdown, in one line; empty without any."""
    return checked_links(spec).apply(lambda known: " · ".join(f"[{name}]({url})" for name, url in known.items()))


def checked_links(spec: DashboardSpec) -> pulumi.Output[dict[str, str]]:
    """By name. One that turns out to be no page's is a `ValueError` of the deployment."""
    known: dict[str, Any] = dict(spec.links)
    return pulumi.Output.from_input(known)


@dataclass(frozen=True)
class Place(Generic[M]):
    """A rectangle on the grid of a dashboard, and what stands in it."""

    holds: Row[M] | Panel[M]
    """A row: its heading. What it notes is below, in one `note`."""
    x: int
    y: int
    width: int
    height: int
    note: bool = False


def places(found: Sequence[Row[M]], columns: int, heights: tuple[int, int, int], top: int = 0) -> Iterator[Place[M]]:
    """Where everything stands: a heading each row, then panels side by side.

    Args:
        found: the rows.
        columns: of the grid, a multiple of `SIDE_BY_SIDE`.
        heights: of a heading, a note, a panel.
        top: where it begins.
    """
    heading, note, height = heights
    width = columns // SIDE_BY_SIDE
    for row in found:
        yield Place(row, 0, top, columns, heading)
        top += heading
        if row.note:
            yield Place(row, 0, top, columns, note, note=True)
            top += note
        for at, panel in enumerate(row.panels):
            line, column = divmod(at, SIDE_BY_SIDE)
            yield Place(panel, column * width, top + line * height, width, height)
        top += -(-len(row.panels) // SIDE_BY_SIDE) * height


COLOURS: Mapping[Level, str] = {"P0": "#d62728", "P1": "#ff7f0e", "P2": "#e0b400", "P3": "#1f77b4"}
"""Of bounds, by how soon somebody must look."""
Json = dict[str, Any]

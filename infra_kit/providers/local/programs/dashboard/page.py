"""The page: headings, charts with their latest figures, what alerts say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.alerts_file import Alert
from infra_kit.providers.local.programs.dashboard.chart import COLOURS, frame, short, svg
from infra_kit.providers.local.programs.dashboard.store import Point, Reader
from infra_kit.providers.local.programs.dashboard.wanted import Line, Panel, Row, Wanted

HOURS = (1, 6, 24)
"""What can be looked back at."""
POINTS = 240
"""Of a line, at most."""
HOUR = 3600
WIDEST = 3
"""Panels side by side, at most."""
REFRESH = 10
"""Seconds, at least."""
UNITS = {"1/s": "/s"}
NONE = "–"  # noqa: RUF001  a dash, where there is no figure


@dataclass(frozen=True)
class View:
    """What of the figures is looked at."""

    reader: Reader
    hours: int
    now: float
    every: float

    @property
    def since(self) -> float:
        return self.now - self.hours * HOUR

    @property
    def step(self) -> float:
        """Seconds of one point."""
        return max(self.every, self.hours * HOUR / POINTS)

    @property
    def stale(self) -> float:
        """Seconds after which a figure is not of now any more."""
        return 3 * self.every + 15


def page(wanted: Wanted, file: Path, hours: int) -> str:
    """All of it.

    Args:
        wanted: what is on it.
        file: with the figures.
        hours: how far it looks back.
    """
    with Reader(file) as reader:
        view = View(reader, hours, time.time(), wanted.every)
        rows = "".join(_row(view, row) for row in wanted.rows)
    title, refresh = escape(wanted.title), max(REFRESH, int(wanted.every))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><link rel="stylesheet" href="page.css">
<script src="page.js" defer></script><noscript><meta http-equiv="refresh" content="{refresh}"></noscript></head>
<body data-refresh="{refresh}">
<header><h1>{title}</h1><nav aria-label="Time">{_choices(hours)}</nav>{_links(wanted)}
<p id="state" role="status"></p></header>
<main>{_alerts(wanted)}{rows}</main><div id="tip" hidden></div></body></html>
"""


def _choices(hours: int) -> str:
    """How far to look back."""
    return "".join(f'<a href="?hours={it}"{" aria-current=page" if it == hours else ""}>{it} h</a>' for it in HOURS)


def _links(wanted: Wanted) -> str:
    """They were held to be pages' where they were said."""
    found = "".join(
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{escape(name)}</a>'
        for name, url in wanted.links.items()
    )
    return f'<nav class="links" aria-label="Links">{found}</nav>' if found else ""


def _alerts(wanted: Wanted) -> str:
    if wanted.alerts is None:
        return ""
    wrong = alerts_file.wrong(alerts_file.read(wanted.alerts).alerts)
    if not wrong:
        return '<p class="well">No alert is firing.</p>'
    kind = wrong[0].state  # what fires comes first
    return f'<ul class="{kind}">{"".join(map(_alert, wrong))}</ul>'


def _alert(it: Alert) -> str:
    when = f"pending since {_time(it.since)}, fires at {_time(it.fires)}" if it.fires else f"since {_time(it.since)}"
    return (
        f'<li class="{escape(it.level.lower())}"><b>{escape(it.level)}</b> {escape(it.component)}: {escape(it.says)}'
        f" <small>{when} UTC</small></li>"
    )


def _time(when: str) -> str:
    return escape(when[11:19])


def _row(view: View, row: Row) -> str:
    note = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(row.note))
    said = f"<p>{note}</p>" if note else ""
    panels = "".join(_panel(view, panel) for panel in row.panels)
    wide = f"wide{min(len(row.panels), WIDEST)}"
    return f'<section class="{wide}"><h2>{escape(row.title)}</h2>{said}<div class="panels">{panels}</div></section>'


def _panel(view: View, panel: Panel) -> str:
    lines = [view.reader.points(it.component, it.signal, view.since, view.step) for it in panel.lines]
    unit = UNITS.get(panel.unit, f" {panel.unit}")
    shown = frame(view.since, view.now, lines, panel.bounds, panel.unit)
    label = f"{panel.title}: {', '.join(it.label for it in panel.lines)}"
    drawn = svg(label, shown, lines, panel.bounds, 3 * view.step + view.every)
    empty = "" if any(lines) else '<p class="empty">Nothing was measured in this time.</p>'
    legend = "".join(_legend(view, number, line, unit) for number, line in enumerate(panel.lines))
    data = escape(json.dumps(_data(panel, unit, lines), separators=(",", ":")))
    return (
        f'<figure data-lines="{data}" data-since="{view.since:.0f}" data-until="{view.now:.0f}">'
        f"<figcaption><h3>{escape(panel.title)}</h3><small>{escape(unit.strip())} · {escape(panel.says)}</small>"
        f'</figcaption><div class="chart">{drawn}{empty}</div><ul class="legend">{legend}</ul>{_rules(panel)}</figure>'
    )


def _rules(panel: Panel) -> str:
    """Also those whose bound is far above all that is drawn."""
    said = "".join(f'<li class="{it.level.lower()}"><b>{it.level}</b> {escape(it.says)}</li>' for it in panel.bounds)
    return f'<ul class="rules">{said}</ul>' if said else ""


def _data(panel: Panel, unit: str, lines: Sequence[Sequence[Point]]) -> list[dict[str, object]]:
    """For whoever points at a chart."""
    return [
        {"label": it.label, "unit": unit, "points": [[at, float(f"{value:.4g}")] for at, value in points]}
        for it, points in zip(panel.lines, lines, strict=True)
    ]


def _legend(view: View, number: int, line: Line, unit: str) -> str:
    last = view.reader.last(line.component, line.signal)
    now = f"{short(last[1])}{unit}" if last and view.now - last[0] <= view.stale else NONE
    return f'<li><i class="c{number % COLOURS} swatch"></i>{escape(line.label)} <b>{escape(now)}</b></li>'

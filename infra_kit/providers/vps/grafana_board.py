"""A dashboard of Grafana's, as JSON (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from infra_kit.providers.common.dashboards import COLOURS, Json, Panel, Place, Row, places
from infra_kit.providers.vps.grafana import DATASOURCE
from infra_kit.providers.vps.monitoring_conf import dump
from infra_kit.providers.vps.signals.metric import Metric

COLUMNS = 24
HEADING, NOTE, CHART = HEIGHTS = (1, 2, 8)
SCHEMA = 39
UNITS = {"%": "percent", "1/s": "reqps", "events": "short", "runs": "short"}
"""Of those that Grafana calls otherwise (https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts)."""
SOURCE = {"type": "prometheus", "uid": DATASOURCE}


def board(name: str, title: str, rows: Sequence[Row[Metric]], links: Mapping[str, str]) -> tuple[str, str]:
    """The board, and the mark of this version, which is in it.

    Args:
        name: its uid.
        title: above it.
        rows: what stands on it.
        links: pages that belong to it.
    """
    document = _document(name, title, rows, links)
    mark = f"infra-kit {hashlib.sha256(dump(document).encode()).hexdigest()[:12]}"
    said = f"Made by a program ({mark}), and changed there."
    return dump({**document, "description": said}), mark


def _document(name: str, title: str, rows: Sequence[Row[Metric]], links: Mapping[str, str]) -> Json:
    return {
        "uid": name,
        "title": title,
        "tags": ["infra-kit"],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "panels": [
            {"id": number, **_panel(place)} for number, place in enumerate(places(rows, COLUMNS, HEIGHTS), start=1)
        ],
        "links": [
            {"title": what, "url": url, "type": "link", "icon": "external link", "targetBlank": True}
            for what, url in links.items()
        ],
        "templating": {"list": []},
        "annotations": {"list": []},
    }


def _panel(place: Place[Metric]) -> Json:
    where = {"gridPos": {"x": place.x, "y": place.y, "w": place.width, "h": place.height}}
    match place.holds:
        case Row() as row if place.note:
            return {**where, "type": "text", "title": "", "options": {"mode": "markdown", "content": row.note}}
        case Row() as row:
            return {**where, "type": "row", "title": row.title, "collapsed": False, "panels": []}
        case Panel() as panel:
            return {**where, **_chart(panel)}


def _chart(panel: Panel[Metric]) -> Json:
    return {
        "type": "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "targets": [
            {"refId": f"S{at}", "datasource": SOURCE, "expr": it.metric.expression, "legendFormat": it.label}
            for at, it in enumerate(panel.series)
        ],
        "fieldConfig": {
            "defaults": {
                "unit": UNITS.get(panel.unit, panel.unit),
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": _steps(panel)},
                "custom": {"fillOpacity": 8, "lineWidth": 1, "thresholdsStyle": {"mode": "dashed"}},
            },
            "overrides": [],
        },
        "options": {
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": ["lastNotNull"]},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
    }


def _steps(panel: Panel[Metric]) -> list[Json]:
    """Grafana wants them to rise, and a first one below all. Of two at one place the more urgent is drawn."""
    colours = {bound.value: COLOURS[bound.level] for bound in reversed(panel.bounds)}
    return [
        {"value": None, "color": "transparent"},
        *({"value": value, "color": colour} for value, colour in sorted(colours.items())),
    ]

"""Dashboard on Google Cloud: one of Cloud Monitoring's, with the queries that alerts go by (`signals`).

Who may see it, IAM says. Dashboards cost nothing (https://cloud.google.com/stackdriver/pricing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_gcp import monitoring

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.dashboard import DashboardEndpoint, DashboardSpec
from infra_kit.features import Feature
from infra_kit.providers.common import dashboards
from infra_kit.providers.common.dashboards import Json, Panel, Place, Row
from infra_kit.providers.gcp import signals
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.labels import MAX_LENGTH, labels
from infra_kit.providers.gcp.place import project
from infra_kit.providers.gcp.signals.metric import Metric
from infra_kit.settings import Settings

SUPPORTS = signals.SUPPORTS
HINTS = signals.HINTS


def gaps(spec: DashboardSpec, settings: Settings) -> Mapping[Feature, str]:  # noqa: ARG001  every driver's form
    return features.gaps(spec.features(), signals.supports(spec.of), HINTS)


COLUMNS = 48
"""https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards#mosaiclayout"""
HEADING, NOTE, CHART = HEIGHTS = (4, 6, 16)
UNITS = {"runs": "1", "events": "1"}
"""Of those that Google has no word for (https://unitsofmeasure.org/ucum)."""


def create(scope: Scope, spec: DashboardSpec) -> DashboardEndpoint:
    made = scope.resource(
        "board",
        monitoring.Dashboard,
        depends_on=[api(scope, "monitoring")],
        dashboard_json=pulumi.Output.json_dumps(_document(scope, spec), sort_keys=True),
    )
    none = pulumi.Output.from_input(None)
    url = pulumi.Output.all(made.id, project(scope)).apply(lambda it: _console(*it))
    return DashboardEndpoint(url=url, username=none, password=none)


def _console(identity: str, project: str) -> str:
    """`identity` ends in a number of Google's own."""
    number = identity.rpartition("/")[2]
    return f"https://console.cloud.google.com/monitoring/dashboards/builder/{number}?project={project}"


def _document(scope: Scope, spec: DashboardSpec) -> Json:
    found = dashboards.rows(scope, spec, signals.of)
    below = NOTE if spec.links else 0
    linked = [{"width": COLUMNS, "height": NOTE, "widget": _text(dashboards.links(spec))}] if spec.links else []
    tiles = [_tile(place) for place in dashboards.places(found, COLUMNS, HEIGHTS, below)]
    return {
        "displayName": dashboards.title(scope, spec),
        # The console has them without values.
        "labels": {f"{key}_{value}"[:MAX_LENGTH]: "" for key, value in labels(scope).items()},
        "mosaicLayout": {"columns": COLUMNS, "tiles": [*linked, *tiles]},
    }


def _said(**fields: Any) -> Json:
    """Without what is nothing: Google does not give it back, and each plan would put it there again."""
    return {key: value for key, value in fields.items() if isinstance(value, pulumi.Output) or value}


def _tile(place: Place[Metric]) -> Json:
    match place.holds:
        case Row() as row:
            widget = _text(row.note) if place.note else {"title": row.title, "sectionHeader": {"dividerBelow": True}}
        case Panel() as panel:
            widget = _chart(panel)
    return _said(xPos=place.x, yPos=place.y, width=place.width, height=place.height, widget=widget)


def _text(markdown: pulumi.Input[str]) -> Json:
    return {"text": {"content": markdown, "format": "MARKDOWN"}}


def _chart(panel: Panel[Metric]) -> Json:
    unit = UNITS.get(panel.unit, panel.unit)
    lines = [
        {
            "plotType": "LINE",
            "legendTemplate": it.label,
            "timeSeriesQuery": {"prometheusQuery": it.metric.query, "unitOverride": unit},
        }
        for it in panel.series
    ]
    chart = _said(
        dataSets=lines,
        thresholds=[_said(value=it.value, label=f"{it.level} {it.says}") for it in panel.bounds],
        yAxis={"label": panel.unit, "scale": "LINEAR"},
        chartOptions={"mode": "COLOR"},
    )
    return {"title": panel.title, "xyChart": chart}

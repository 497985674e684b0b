"""Dashboard on AWS: one of CloudWatch's, with the figures that alarms go by (`signals`).

- Who may see it, IAM says. Three dashboards an account cost nothing, as long as each asks for 50 metrics at most
  (https://aws.amazon.com/cloudwatch/pricing/).
- It has the figures of CloudFront, Route 53 and their certificates from us-east-1, where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.dashboard import DashboardEndpoint, DashboardSpec
from infra_kit.features import Feature
from infra_kit.providers.aws import identity, signals
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.signals.metric import Metric
from infra_kit.providers.common import dashboards
from infra_kit.providers.common.dashboards import COLOURS, Json, Panel, Place, Row
from infra_kit.providers.common.stored_names import below_stack
from infra_kit.settings import Settings

SUPPORTS = signals.SUPPORTS
HINTS = signals.HINTS


def gaps(spec: DashboardSpec, settings: Settings) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), signals.supports(settings, spec.of), HINTS)


COLUMNS = 24
HEADING, NOTE, CHART = HEIGHTS = (1, 2, 6)
SELDOM, FORTNIGHT = 6 * 3600, "-P14D"
"""Figures that come so many seconds apart, and how long a time is shown of them, whatever the rest shows."""


def create(scope: Scope, spec: DashboardSpec) -> DashboardEndpoint:
    region = identity.region(scope)
    made = scope.resource(
        "board",
        cloudwatch.Dashboard,
        # Dashboards are global in an account, and have no tags.
        dashboard_name="-".join(below_stack(scope, scope.name)),
        # What is counted by the minute is no more of it when days are shown.
        dashboard_body=dumps({"periodOverride": "inherit", "widgets": _widgets(scope, spec, region)}),
    )
    none = pulumi.Output.from_input(None)
    return DashboardEndpoint(url=_console(region, made.dashboard_name), username=none, password=none)


def _console(region: pulumi.Output[str], name: pulumi.Output[str]) -> pulumi.Output[str]:
    home = pulumi.Output.concat("https://", region, ".console.aws.amazon.com/cloudwatch/home?region=", region)
    return pulumi.Output.concat(home, "#dashboards/dashboard/", name)


def _widgets(scope: Scope, spec: DashboardSpec, region: pulumi.Output[str]) -> list[Json]:
    found = dashboards.rows(scope, spec, signals.of)
    links: list[pulumi.Input[str]] = ["\n", dashboards.links(spec)] if spec.links else []
    title = Text(f"# {dashboards.title(scope, spec)}", *links)
    top = {"x": 0, "y": 0, "width": COLUMNS, "height": NOTE, **_text(title)}
    return [top, *(_widget(place, region) for place in dashboards.places(found, COLUMNS, HEIGHTS, NOTE))]


def _widget(place: Place[Metric], region: pulumi.Output[str]) -> Json:
    where = {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
    match place.holds:
        case Row() as row:
            return {**where, **_text(row.note if place.note else f"## {row.title}")}
        case Panel() as panel:
            return {**where, **_chart(panel, region)}


def _text(markdown: str | Text) -> Json:
    return {"type": "text", "properties": {"markdown": markdown, "background": "transparent"}}


def _chart(panel: Panel[Metric], region: pulumi.Output[str]) -> Json:
    lines = [line for at, it in enumerate(panel.series) for line in it.metric.lines(str(at), it.label)]
    seldom = all(it.metric.period >= SELDOM for it in panel.series)
    bounds = [{"value": it.value, "label": f"{it.level} {it.says}", "color": COLOURS[it.level]} for it in panel.bounds]
    properties: dict[str, Any] = {
        "title": f"{panel.title} ({panel.unit})",
        "view": "timeSeries",
        "region": region,
        "metrics": lines,
        "yAxis": {"left": {"min": 0, "showUnits": False, "label": panel.unit}},
        **({"annotations": {"horizontal": bounds}} if bounds else {}),
        **({"start": FORTNIGHT} if seldom else {}),
    }
    return {"type": "metric", "properties": properties}

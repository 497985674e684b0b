"""Dashboard on this machine: one page, from a small server that looks at what is shown every `check_every` (10 s), and
keeps a day of it.

It listens on the loopback alone, and answers nobody who calls it by another name than this machine's own
(`programs/dashboard`). Who may log in to the machine may see it: it asks for no password, and shows figures only.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

import pulumi

from infra_kit.component import Scope
from infra_kit.components.dashboard import DashboardEndpoint, DashboardSpec
from infra_kit.durations import seconds
from infra_kit.providers.common import dashboards
from infra_kit.providers.common.dashboards import Panel
from infra_kit.providers.local import signals
from infra_kit.providers.local.resource import DashboardServer, server
from infra_kit.providers.local.settings import LocalSettings
from infra_kit.providers.local.signals import Figure

SUPPORTS = signals.SUPPORTS
HINTS = signals.HINTS

OFTEN = 10
"""Seconds between two looks, at least: a day of them takes half a megabyte for each figure."""


def create(scope: Scope, spec: DashboardSpec) -> DashboardEndpoint:
    settings = cast(LocalSettings, scope.target.settings)
    rows = dashboards.rows(scope, spec, signals.figures)
    page = server(
        scope,
        "server",
        DashboardServer,
        stateful=False,
        depends_on=list(spec.of),
        title=dashboards.title(scope, spec),
        every=max(OFTEN, seconds(settings.check_every)),
        shown={component.name: signals.of(component) for component in spec.of},
        rows=[
            {"title": row.title, "note": row.note, "panels": [_plain(panel) for panel in row.panels]} for row in rows
        ],
        links=dashboards.checked_links(spec),
        alerts=spec.alerts.name if spec.alerts else None,
    )
    none = pulumi.Output.from_input(None)
    return DashboardEndpoint(url=page.public["url"], username=none, password=none)


def _plain(panel: Panel[Figure]) -> dict[str, Any]:
    return {
        "title": panel.title,
        "unit": panel.unit,
        "says": panel.says,
        "series": [
            {"label": it.label, "component": it.metric.component, "signal": it.metric.signal.value}
            for it in panel.series
        ],
        "bounds": [asdict(it) for it in panel.bounds],
    }

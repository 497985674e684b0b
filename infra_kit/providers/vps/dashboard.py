"""Dashboard on a VPS: a board of the host's Grafana (`grafana.py`), over the figures that alerts go by (`signals`).

`infra-kit connect board` leads there; `infra-kit show board password` says the password of `admin`. The board is
provisioned: who changes it in Grafana cannot save it, and makes a copy instead, which stays in Grafana's volume.
"""

from __future__ import annotations

from collections.abc import Mapping

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.dashboard import DashboardEndpoint, DashboardSpec
from infra_kit.features import Feature
from infra_kit.providers.common import dashboards
from infra_kit.providers.vps import grafana, signals, ssh
from infra_kit.providers.vps.grafana_board import board
from infra_kit.settings import Settings

SUPPORTS = signals.SUPPORTS
HINTS = signals.HINTS


def gaps(spec: DashboardSpec, settings: Settings) -> Mapping[Feature, str]:  # noqa: ARG001  every driver's form
    return features.gaps(spec.features(), signals.supports(spec.of), HINTS)


def create(scope: Scope, spec: DashboardSpec) -> DashboardEndpoint:
    there = grafana.of(scope)
    found, title = dashboards.rows(scope, spec, signals.of), dashboards.title(scope, spec)
    made = dashboards.checked_links(spec).apply(lambda links: board(scope.name, title, found, links))
    shown = grafana.bring(scope, "board", made.apply(lambda it: it[0]), made.apply(lambda it: it[1]))
    url = f"http://{there.native.name}:{grafana.PORT}/d/{scope.name}"
    return DashboardEndpoint(
        url=ssh.after(shown, url),
        username=there.username.apply(lambda it: it),
        password=there.password.apply(lambda it: it),
        native=there.native,
    )

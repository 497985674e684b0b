"""What watches the product and copies it (seeds/002: FD-1, FD-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit import Alerts, Backup, Check, Dashboard, Gateway, HttpSink, LogClass, Logs, RestoreDrill, Uptime
from infra_kit.component import Component
from stacks.config import system
from stacks.operations import backup, routes

Parts = Sequence[Component[Any, Any]]


def copied(data: Parts) -> tuple[Backup, RestoreDrill]:
    """FD-1: a copy each night, and each month the proof that it comes back."""
    copies = backup(data, schedule="0 3 * * *")
    return copies, RestoreDrill("drill", of=copies)


def watched(parts: Parts, edge: Gateway) -> tuple[Uptime, Alerts]:
    """The basic monitoring that phase 1 asks for already: from a page that does not open to a copy that is missing."""
    site = Uptime("site", url=edge.url, checks={"home": Check(), "health": Check(path="/health")})
    return site, Alerts("alerts", watch=[*parts, site], routes=routes())


def board(parts: Parts, alerts: Alerts) -> Dashboard:
    """FD-4: on a VPS a Grafana, over the Prometheus and the exporters that the alerts go by."""
    return Dashboard("board", of=parts, alerts=alerts)


def logged(parts: Parts) -> Logs:
    """FD-1, FD-4: a month here, and each line at Axiom: `founder-diary:axiom: {dataset: founder-diary}` with the
    secret `axiom-token`."""
    config = pulumi.Config(system())
    said: Mapping[str, str] | None = config.get_object("axiom")
    sink = HttpSink.axiom(**said, token=config.require_secret("axiom-token")) if said else None
    return Logs("logs", of=parts, classes={"application": LogClass(keep="30d")}, sink=sink)

"""What copies Cuenta Conmigo's data and watches it (seeds/003: CC-2, CC-3, CC-6, CC-7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from infra_kit import Alerts, Backup, Check, Dashboard, Gateway, RestoreDrill, Uptime
from infra_kit.alert_presets import SCALING, SENSIBLE
from infra_kit.component import Component
from stacks.cuenta_conmigo.places import HOME, Place
from stacks.operations import backup, routes

Components = Sequence[Component[Any, Any]]

OURS = (
    *("down", "no-instances", "replica-lag", "failed-runs", "backup-age", "drill-age", "certificate"),
    *("disk", "disk-full-soon", "backlog-age", "dead-letters"),
)
RULES = {**SCALING, **{name: SENSIBLE[name] for name in OURS}}
"""CC-7's table; and what its 99.9 %, its daily backup (CC-2) and its queue (CC-3) need somebody to hear of."""


def copied(*of: Component[Any, Any], place: Place = HOME) -> Components:
    """CC-6: every six hours, and what is between them from the database's own log. A copy counts once it was restored:
    on the first of each month."""
    safe: Backup = backup(of, name=place.name("backup"), target=place.target)
    return [safe, RestoreDrill(place.name("drill"), of=safe, target=place.target)]


def watched(*of: Component[Any, Any], gateway: Gateway, place: Place = HOME) -> Alerts:
    """CC-7: alerts, told by mail and SMS (CC-3). CC-2: whether its names answer is asked for from outside, at home; of
    what stands by, to which no name leads, its instances tell."""
    watch = [*of, gateway, *(_sites(gateway) if not place.suffix else ())]
    return Alerts(place.name("alerts"), watch=watch, rules=RULES, routes=routes(), target=place.target)


def _sites(gateway: Gateway) -> Components:
    return [Uptime("site", url=gateway.url, checks={"health": Check(path="/health", every="1m")})]


def shown(*of: Component[Any, Any], alerts: Alerts, place: Place = HOME) -> None:
    """CC-3: all that is measured, on one page."""
    board = Dashboard(place.name("board"), of=of, alerts=alerts, target=place.target)
    pulumi.export(place.name("board").replace("-", "_") + "_url", board.url)

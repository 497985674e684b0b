"""What copies Viña Santa Cruz's data and watches it (seeds/001: VS-7 to VS-12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from infra_kit import Alerts, Budget, Cdn, Check, Dashboard, Keep, RestoreDrill, Uptime
from infra_kit.alert_presets import SENSIBLE, SHOP
from infra_kit.alert_rules import Rule
from infra_kit.component import Component
from infra_kit.dashboard_charts import PERFORMANCE
from stacks.operations import backup, routes

Components = Sequence[Component[Any, Any]]

KEPT = Keep(every="7d", daily="90d", weekly=None)
"""VS-7: any moment of a week, and each night's copy for 90 days."""
PAGES = {
    "home": Check(),
    "health": Check(path="/api/health"),
    "products": Check(path="/productos", every="10m"),
    "checkout": Check(path="/checkout", every="10m"),
}
"""VS-10"""
RULES = {
    **SHOP,
    "down": Rule(signal="uptime", below=100, lasting="5m", level="P0", of=["db", "site"]),
    "slow": Rule(signal="latency", above=2, lasting="10m", level="P1", of=["gateway"]),
    "certificate": Rule(signal="certificate", below=21, lasting="1h", level="P1", of=["edge"]),
    **{name: SENSIBLE[name] for name in ("backup-age", "drill-age", "failed-runs")},
}
"""VS-11, by what wakes somebody; and what VS-9 looks at each night: certificates, copies, their proof."""


def watched(data: Components, serving: Components, edge: Cdn, budgets: Sequence[Budget]) -> None:
    """
    Args:
        data: what is copied.
        serving: what makes it fast or slow, besides.
        edge: what visitors meet.
        budgets: of the month's bill.
    """
    safe = backup(data, schedule="0 3 * * *", keep=KEPT)
    drill = RestoreDrill("drill", of=safe, rto="15m")  # VS-8: monthly, by itself
    site = Uptime("site", url=edge.url, checks=PAGES)
    seen = [*data, *serving, edge, site, safe, drill, *budgets]
    alerts = Alerts("alerts", watch=seen, rules=RULES, routes=routes())
    board = Dashboard("board", of=seen, alerts=alerts)
    fast = Dashboard("performance", of=[*data, *serving], charts=PERFORMANCE, alerts=alerts)
    pulumi.export("board_url", board.url)
    pulumi.export("performance_url", fast.url)

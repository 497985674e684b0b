"""What watches NomadShift, keeps its logs and copies what it holds, a set a region (seeds/000: NS-8, NS-10, NS-11,
NS-14)."""

from collections.abc import Sequence
from typing import Any

from infra_kit import Alerts, Budget, Check, Dashboard, Logs, RestoreDrill, Rule, Uptime
from infra_kit.alert_presets import SENSIBLE, TWO_LEVELS
from infra_kit.component import Component
from stacks import operations
from stacks.nomadshift.product import Product

RECOVERY = "4h"
"""NS-14"""
HELD = (
    *("down", "no-instances", "disk", "disk-full-soon"),
    *("certificate", "failed-runs", "backup-age", "drill-age", "spent", "bounces", "complaints"),
)


def rules(it: Product) -> dict[str, Rule]:
    """NS-10, NS-2 (replica lag), and what tells that NS-14 is not held: not up, full, no copy, none restored, mail that
    comes back. How long an answer takes is the gateway's to tell; a certificate's days the edge's, or who looks at it
    from outside."""
    held = {name: SENSIBLE[name] for name in HELD}
    of = {"latency": [it.gateway.name], "certificate": [it.edge.name, it.region.named("site")]}
    return {
        name: rule.model_copy(update={"of": tuple(of.get(rule.signal, ()))})
        for name, rule in {**TWO_LEVELS, **held}.items()
    }


def watched(it: Product, budgets: Sequence[Budget] = ()) -> None:
    region, db, cache = it.region, it.data.db, it.data.cache
    site = Uptime(
        region.named("site"),
        target=region.target,
        url=it.edge.url,
        checks={"home": Check(), "health": Check(path="/api/health")},
    )
    safe = operations.backup([db, it.uploads], name=region.named("backup"), target=region.target)
    drill = RestoreDrill(region.named("drill"), target=region.target, of=safe, rto=RECOVERY)
    shown: list[Component[Any, Any]] = [
        db,
        cache,
        *_for_people(it),
        it.api,
        it.index,
        it.gateway,
        it.edge,
        site,
        safe,
        drill,
        *budgets,
    ]
    alerts = Alerts(
        region.named("alerts"), target=region.target, watch=shown, rules=rules(it), routes=operations.routes()
    )
    Dashboard(region.named("board"), target=region.target, of=shown, alerts=alerts)
    Logs(region.named("logs"), target=region.target, of=[it.api, it.index, it.gateway, region.network])


def _for_people(it: Product) -> list[Component[Any, Any]]:
    """NS-4, as far as it is the product's own, and here; what all regions share, the first one watches."""
    of: list[Component[Any, Any]] = [it.data.search]
    if not it.region.key:
        of += [it.shared.accounts, it.shared.mail]
    return [each for each in of if not each.stands_already and each.target.name == it.api.target.name]

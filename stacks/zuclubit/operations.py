"""What watches Zuclubit, and what copies it (seeds/004: ZU-10, ZU-11, ZU-15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra_kit import (
    Alerts,
    Backup,
    Budget,
    Cdn,
    Chart,
    Check,
    Dashboard,
    DocumentStore,
    Gateway,
    Keep,
    Logs,
    Network,
    Postgres,
    RestoreDrill,
    Service,
    SqlCheck,
    Uptime,
    alert_presets,
    dashboard_charts,
)
from infra_kit.component import Component
from stacks.dumps import dumped
from stacks.operations import backup, routes
from stacks.zuclubit.accounts import Accounts
from stacks.zuclubit.containers import architectures
from stacks.zuclubit.services import Stores

ISOLATED = SqlCheck("SELECT NOT EXISTS (SELECT FROM shown_to_all())")
"""What is restored keeps tenants apart too, in every table (ZU-3: tenancy.sql)."""

RULES = {**alert_presets.PLATFORM, **{it: alert_presets.SENSIBLE[it] for it in ("bounces", "complaints")}}
"""ZU-10; and that mail gets to its people."""

SALES = {
    "visits": Chart(signal="requests", of=["gateway"], row="Activity", title="Requests of the application"),
    "proposals": Chart(signal="requests", of=["edge"], row="Activity", title="Proposals looked at"),
    "waiting": Chart(signal="backlog", of=["events"], row="Activity", title="Events that wait"),
}
"""ZU-11, as far as a target measures it: pipeline, conversion and forecasts are the product's own figures."""


def operations(
    stores: Stores, apis: Sequence[Service], edges: tuple[Gateway, Cdn], people: Accounts, budget: Sequence[Budget]
) -> Backup:
    """Copies and their proof, checks from outside, alerts, boards, logs."""
    gateway, edge = edges
    copies, programs = _copies(stores), [*apis, *people.services.values()]
    drill = RestoreDrill("drill", of=copies, checks={"isolated": ISOLATED}, rto="1h")
    watched: list[Component[Any, Any]] = [
        stores.db,
        *_documents(stores),
        stores.cache,
        stores.events,
        stores.files,
        stores.invoices,
        *programs,
        *([people.mail] if people.mail else []),
        gateway,
        edge,
        _uptime(gateway, people),
        copies,
        drill,
        *budget,
    ]
    alerts = Alerts("alerts", watch=watched, rules=RULES, routes=routes())  # ZU-10
    _boards(watched, alerts)
    Logs("logs", of=[*programs, gateway])
    return copies


def _copies(stores: Stores) -> Backup:
    """ZU-3: 7 days. Sessions and counters (ZU-5) are not worth a copy."""
    held: list[Component[Any, Any]] = [stores.db, stores.files, stores.invoices, stores.events, *_documents(stores)]
    return backup(of=held, keep=Keep(daily=None, weekly=None))


def _documents(stores: Stores) -> list[DocumentStore]:
    """Those that are bought are copied and watched where they are bought (ZU-4)."""
    return [] if stores.docs.stands_already else [stores.docs]


def _uptime(gateway: Gateway, people: Accounts) -> Uptime:
    """ZU-10: whether somebody outside gets through to a service, and to who signs tokens."""
    keys = {"auth": Check(path="/.well-known/jwks.json", contains="keys")} if people.services else {}
    return Uptime("site", url=gateway.url, checks={"health": Check(path="/health"), **keys})


def _boards(watched: Sequence[Component[Any, Any]], alerts: Alerts) -> None:
    """ZU-11."""
    Dashboard("executive", of=watched, charts=dashboard_charts.EXECUTIVE, alerts=alerts)
    Dashboard("engineering", of=watched, alerts=alerts)
    Dashboard("sales", of=watched, charts=SALES)


def elsewhere(db: Postgres, copies: Backup, network: Network | None) -> None:
    """ZU-15: a dump each night in another cloud's bucket (`stacks.operations`), to begin anew from there."""
    if copies.asked.to is not None:
        dumped(db, network=network, architectures=architectures(), links=[copies.asked.to.link("read", "write")])

"""Dashboard on the local target: what its page is told."""

from __future__ import annotations

from typing import Any

from infra_kit import Alerts, Budget, Chart, Dashboard, Postgres, Redis, Rule
from infra_kit.component import Component
from infra_kit.testing import Recording, Resource, record

BUSY = {"busy": Rule(signal="cpu", above=80, level="P2")}


def made(config: dict[str, Any] | None = None, **arguments: Any) -> Recording:
    def program() -> None:
        shown: list[Component[Any, Any]] = [Postgres("db", read_replicas=1), Redis("cache")]
        alerts = Alerts("alerts", watch=shown, rules=BUSY)
        Dashboard("board", of=[*shown, Budget("budget", monthly=50)], alerts=alerts, **arguments)

    return record(program, config=config or {})


def server(config: dict[str, Any] | None = None, **arguments: Any) -> Resource:
    return made(config, **arguments).named("board-server")


def test_every_server_of_what_is_shown_is_looked_at_when_it_stands() -> None:
    it = server()
    assert it.inputs["shown"]["db"] == {"kind": "postgres", "servers": ["db", "db-replica-1"]}
    assert {urn.rpartition("::")[2] for urn in it.options.depends_on} >= {"db-server", "db-replica-1", "cache-server"}


def test_a_chart_says_whose_figures_it_has_where_it_becomes_bad_and_own_headings_come_last() -> None:
    charts = {"cpu": Chart(signal="cpu", row="Machines", title="How busy"), "up": Chart(signal="uptime")}
    rows = server(charts=charts).inputs["rows"]
    assert [it["title"] for it in rows] == ["Availability", "Cost", "Machines"]
    (panel,) = rows[-1]["panels"]
    assert panel == {
        "title": "How busy", "unit": "%", "says": "of the CPUs it has",
        "series": [
            {"label": "db", "component": "db", "signal": "cpu"},
            {"label": "cache", "component": "cache", "signal": "cpu"},
        ],
        "bounds": [{"value": 80.0, "level": "P2", "says": "cpu > 80 % for 5m"}],
    }  # fmt: skip


def test_what_has_no_figure_as_it_is_now_has_no_chart() -> None:
    def program() -> None:
        Dashboard("board", of=[Postgres("db")])

    rows = record(program).named("board-server").inputs["rows"]
    assert "Replica lag" not in [panel["title"] for row in rows for panel in row["panels"]]


def test_it_looks_as_often_as_is_said_and_not_so_often_that_a_day_would_fill_the_disk() -> None:
    often = [server({"infra-kit:local": {"check_every": it}}).inputs["every"] for it in ("1s", "30s")]
    assert often == [10, 30]


def test_its_port_can_be_chosen_and_its_address_asks_for_no_login() -> None:
    board = made({"infra-kit:local": {"ports": {"board": 3100}}}).named("board")
    assert board.outputs["url"] == "http://127.0.0.1:3100/"
    assert board.outputs.get("password") is None


def test_it_is_told_where_the_state_of_its_alerts_is() -> None:
    assert server().inputs["alerts"] == "alerts"

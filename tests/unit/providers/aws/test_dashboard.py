"""Dashboard on AWS: one of CloudWatch's, as its API reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra_kit import (
    Alerts,
    Budget,
    Cdn,
    Chart,
    Dashboard,
    Gateway,
    Postgres,
    Redis,
    Rule,
    Service,
)
from infra_kit.component import Component
from infra_kit.testing import Recording
from tests.unit.providers.aws.alarms import ELSEWHERE
from tests.unit.providers.aws.workloads import AWS, IMAGE, of


def board(
    make: Callable[[], Sequence[Component[Any, Any]]], config: Mapping[str, Any] = AWS, **asked: Any
) -> Recording:
    return of(lambda: Dashboard("board", of=make(), **asked), config)


def widgets(made: Recording) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made.named("board-board").inputs["dashboardBody"])["widgets"]
    return found


def charts(made: Recording) -> dict[str, dict[str, Any]]:
    return {it["properties"]["title"]: it["properties"] for it in widgets(made) if it["type"] == "metric"}


def cdn() -> Cdn:
    return Cdn("cdn", routes={"/*": "https://origin.example.com"}, domains=["www.example.com"])


def test_each_heading_has_its_charts_and_all_of_them_fit() -> None:
    made = board(lambda: [Postgres("db"), Redis("cache")])
    texts = [it["properties"]["markdown"] for it in widgets(made) if it["type"] == "text"]
    assert texts == ["# shop board", "## Availability", "## Database", "## Cache"]
    assert set(charts(made)) == {"Uptime (%)", "CPU (%)", "Memory (%)", "Disk (%)", "Connections (%)", "Cache hits (%)"}
    assert all(it["x"] + it["width"] <= 24 for it in widgets(made))


def test_a_figure_that_is_reckoned_hides_what_it_is_reckoned_of() -> None:
    made = board(lambda: [Postgres("db", memory_gb=4)], charts={"memory": Chart(signal="memory")})
    free, figure = charts(made)["Memory (%)"]["metrics"]
    assert free[:2] == ["AWS/RDS", "FreeableMemory"]
    assert (free[-1]["id"], free[-1]["visible"], free[-1]["stat"]) == ("free0", False, "Average")
    assert figure[0]["label"] == "db"
    assert figure[0]["expression"].startswith("100 - 100 * free0 / ")


def test_what_is_counted_is_counted_by_the_minute_however_much_time_is_shown() -> None:
    """Of five minutes there are five times as many reports of a task that runs."""
    made = board(lambda: [Service("api", image=IMAGE, min_instances=2)], charts={"up": Chart(signal="instances")})
    tasks, figure = charts(made)["Instances (%)"]["metrics"]
    assert (tasks[-1]["stat"], tasks[-1]["period"]) == ("SampleCount", 60)
    assert figure[0]["expression"] == "100 * tasks0 / 2"
    assert json.loads(made.named("board-board").inputs["dashboardBody"])["periodOverride"] == "inherit"


def test_two_components_on_one_chart_have_names_of_their_own() -> None:
    """An expression goes by ids, which stand once on a chart."""
    made = board(lambda: [Postgres("db", read_replicas=1), Redis("cache")], charts={"up": Chart(signal="uptime")})
    lines = charts(made)["Uptime (%)"]["metrics"]
    ids = [it[-1]["id"] for it in lines if "id" in it[-1]]
    assert ids == ["it0", "it1", "it2"]
    assert [it[0]["expression"] for it in lines if len(it) == 1] == [f"IF(it{n} >= 0, 100, 0)" for n in range(3)]
    assert [it[0]["label"] for it in lines if len(it) == 1] == ["db", "db replica-1", "cache node-1"]


def test_what_is_reported_to_another_region_is_looked_for_there() -> None:
    made = board(lambda: [cdn()], ELSEWHERE, charts={"requests": Chart(signal="requests")})
    shown = charts(made)["Requests (1/s)"]
    series, figure = shown["metrics"]
    assert (shown["region"], series[-1]["region"], figure[0]["region"]) == ("eu-west-1", "us-east-1", "us-east-1")
    assert figure[0]["expression"] == "requests0 / PERIOD(requests0)"


def test_what_comes_once_a_day_is_shown_over_days() -> None:
    made = board(lambda: [cdn()], charts={"ends": Chart(signal="certificate"), "requests": Chart(signal="requests")})
    assert (charts(made)["Certificate (d)"]["start"], "start" in charts(made)["Requests (1/s)"]) == ("-P14D", False)


def test_the_bounds_of_alerts_are_drawn_where_their_signal_is() -> None:
    def program() -> None:
        shown: list[Component[Any, Any]] = [Postgres("db"), Redis("cache")]
        rules = {"busy": Rule(signal="cpu", above=80, level="P2"), "own": Rule(signal="cpu", above=60, of=["cache"])}
        Dashboard("board", of=shown, alerts=Alerts("alerts", watch=shown, rules=rules))

    found = [it["properties"] for it in widgets(of(program)) if it["type"] == "metric"]
    bounds = {
        (it["title"], line["label"].split()[0]): [each["value"] for each in it["annotations"]["horizontal"]]
        for it in found
        if it["title"] == "CPU (%)"
        for line in [it["metrics"][-1][-1]]
    }
    assert bounds == {("CPU (%)", "db"): [80], ("CPU (%)", "cache"): [60, 80]}
    assert all("annotations" not in it for it in found if it["title"] == "Memory (%)")


def test_a_budget_says_what_may_be_spent() -> None:
    made = board(lambda: [Redis("cache"), Budget("budget", monthly=120)])
    (note,) = [it for it in widgets(made) if "Budget" in it["properties"].get("markdown", "")]
    assert note["properties"]["markdown"].startswith("Budget budget: 120 USD a month.")


def test_its_name_is_its_own_in_the_account_and_leads_to_the_console() -> None:
    made = board(lambda: [Redis("cache")])
    name = made.named("board-board").inputs["dashboardName"]
    assert name.endswith("-board")
    assert "shop" in name
    assert made.named("board").outputs["url"].endswith(f"#dashboards/dashboard/{name}")


def test_a_gateway_shows_traffic_errors_and_latency() -> None:
    def edge() -> list[Component[Any, Any]]:
        api = Service("api", image=IMAGE)
        return [api, Gateway("edge", routes={"/*": api}, domains=["api.example.com"])]

    assert {"Requests (1/s)", "Server errors (%)", "Latency, 95 in 100 (s)", "Instances (%)"} <= set(
        charts(board(edge))
    )

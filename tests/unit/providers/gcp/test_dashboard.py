"""Dashboard on Google Cloud: one of Cloud Monitoring's, as its API gives it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from infra_kit import Alerts, Budget, Chart, Dashboard, Postgres, Redis, Rule
from infra_kit.component import Component
from infra_kit.testing import Recording
from tests.unit.providers.gcp.test_budget import PAID
from tests.unit.providers.gcp.workloads import of


def board(make: Callable[[], Sequence[Component[Any, Any]]], **asked: Any) -> Recording:
    return of(lambda: Dashboard("board", of=make(), **asked))


def document(made: Recording) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made.named("board-board").inputs["dashboardJson"])
    return found


def tiles(made: Recording) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(made)["mosaicLayout"]["tiles"]
    return found


def charts(made: Recording) -> dict[str, dict[str, Any]]:
    return {it["widget"]["title"]: it["widget"]["xyChart"] for it in tiles(made) if "xyChart" in it["widget"]}


def test_each_heading_has_its_charts_and_all_of_them_fit() -> None:
    made = board(lambda: [Postgres("db"), Redis("cache")])
    headings = [it["widget"]["title"] for it in tiles(made) if "sectionHeader" in it["widget"]]
    assert headings == ["Availability", "Database", "Cache"]
    assert all(it.get("xPos", 0) + it["width"] <= document(made)["mosaicLayout"]["columns"] for it in tiles(made))


def test_each_line_is_the_query_that_alerts_go_by_and_says_whose_it_is() -> None:
    made = board(lambda: [Postgres("db", read_replicas=1)], charts={"cpu": Chart(signal="cpu")})
    lines = charts(made)["CPU"]["dataSets"]
    assert [it["legendTemplate"] for it in lines] == ["db", "db replica-1"]
    query = lines[0]["timeSeriesQuery"]
    assert query["prometheusQuery"].startswith("100 * max(cloudsql_googleapis_com:database_cpu_utilization{")
    assert query["unitOverride"] == "%"


def test_nothing_is_said_that_google_does_not_give_back() -> None:
    """A 0 or an empty list would be put there again by every plan."""

    def program() -> None:
        shown = [Redis("cache")]
        rules = {"none": Rule(signal="connections", above=0)}
        Dashboard("board", of=shown, alerts=Alerts("alerts", watch=shown, rules=rules))

    assert [it for it in _values(document(of(program))) if it in (0, [], None)] == []


def _values(document: object) -> Iterator[object]:
    match document:
        case dict():
            for value in document.values():
                yield from _values(value)
        case list() if document:
            for value in document:
                yield from _values(value)
        case value:
            yield value


def test_bounds_links_and_the_budget_are_on_it() -> None:
    def program() -> None:
        shown: list[Component[Any, Any]] = [Redis("cache"), Budget("budget", monthly=99, notify=())]
        rules = {"busy": Rule(signal="cpu", above=80, level="P2")}
        links = {"Errors": "https://sentry.example.com"}
        Dashboard("board", of=shown, alerts=Alerts("alerts", watch=shown[:1], rules=rules), links=links, title="Shop")

    made = of(program, PAID)
    assert charts(made)["CPU"]["thresholds"] == [{"value": 80, "label": "P2 cpu > 80 % for 5m"}]
    texts = [it["widget"]["text"]["content"] for it in tiles(made) if "text" in it["widget"]]
    assert texts[0] == "[Errors](https://sentry.example.com)"
    assert texts[1].startswith("Budget budget: 99 USD a month.")
    assert document(made)["displayName"] == "Shop"


def test_its_url_leads_to_it_in_the_console() -> None:
    url = board(lambda: [Redis("cache")]).named("board").outputs["url"]
    assert url.startswith("https://console.cloud.google.com/monitoring/dashboards/builder/")
    assert "?project=" in url

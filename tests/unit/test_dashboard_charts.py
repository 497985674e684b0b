"""What dashboards show where nothing is said, and the boards that are ready."""

from __future__ import annotations

import pytest

from infra_kit import Gateway, Postgres, Redis, Service, dashboard_charts
from infra_kit.dashboard_charts import ROWS, TITLES, Chart, Charts, row_of, sensible
from infra_kit.errors import OptionsError
from infra_kit.signals import OF, Signal
from infra_kit.testing.conformance.alerts import standing_for

DB, CACHE, API, EDGE = (
    standing_for(kind, name) for kind, name in ((Postgres, "db"), (Redis, "cache"), (Service, "api"), (Gateway, "edge"))
)


def test_all_that_can_be_measured_has_a_heading_and_words() -> None:
    assert {row_of(kind, signal) for kind, signals in OF.items() for signal in signals} == set(ROWS)
    assert set(TITLES) == set(Signal)


def test_everything_is_shown_once_below_the_heading_of_its_kind() -> None:
    charts = sensible([DB, CACHE, API, EDGE])
    shown = [(name, chart.signal) for chart in charts.values() for name in chart.of]
    assert sorted(shown) == sorted((it.name, signal.value) for it in (DB, CACHE, API, EDGE) for signal in OF[it.KIND])
    assert charts["saturation-cpu"].of == ("api",)
    assert charts["database-cpu"].of == ("db",)
    assert charts["cache-cpu"].of == ("cache",)
    assert charts["availability-uptime"].of == ("db", "cache")


def test_headings_come_in_the_order_in_which_one_looks() -> None:
    found = list(dict.fromkeys(chart.row for chart in sensible([CACHE, DB, EDGE, API]).values()))
    assert found == ["Availability", "Traffic", "Errors", "Latency", "Saturation", "Database", "Cache"]


@pytest.mark.parametrize("charts", [dashboard_charts.EXECUTIVE, dashboard_charts.PERFORMANCE], ids=len)
def test_a_board_that_is_ready_shows_something_of_a_usual_system(charts: Charts) -> None:
    shown = [name for name, chart in charts.items() if chart.shows([DB, CACHE, API, EDGE])]
    assert len(shown) >= 4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"signal": "load"}, "a signal is needed, one of: uptime"),
        ({"signal": "cpu", "title": "<script>"}, "letters and digits are needed"),
        ({"signal": "cpu", "row": "a" * 61}, "letters and digits are needed"),
    ],
)
def test_a_chart_that_cannot_be_is_refused(asked: dict[str, str], said: str) -> None:
    with pytest.raises(OptionsError) as error:
        Chart(**asked)
    assert said in str(error.value)


def test_titles_may_be_in_any_language() -> None:
    assert Chart(signal="cpu", title="Ocupación de la CPU (máx.)").title == "Ocupación de la CPU (máx.)"

"""The page of a Dashboard: what is kept, and how it is drawn."""

from __future__ import annotations

import dataclasses
import math
import re
import sqlite3
import time
from importlib import resources
from pathlib import Path

import pytest

from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.alerts_file import Alert, Standing
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs import dashboard
from infra_kit.providers.local.programs.dashboard import chart
from infra_kit.providers.local.programs.dashboard.chart import frame, rounded, short, stretches, svg
from infra_kit.providers.local.programs.dashboard.page import page
from infra_kit.providers.local.programs.dashboard.store import DAY, Reader, Store
from infra_kit.providers.local.programs.dashboard.wanted import Bound, Line, Panel, Row, Wanted
from infra_kit.signals import Signal

HIGH = Bound(80.0, "P1", "cpu > 80 % for 5m")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / Store.FILE


def points(file: Path, step: float = 1.0) -> list[tuple[int, float]]:
    with Reader(file) as reader:
        return list(reader.points("db", "cpu", 0, step))


def test_a_day_is_kept_and_no_more(file: Path) -> None:
    now = time.time()
    store = Store(file)
    for ago in (2 * DAY, DAY - 60, 0):
        store.add("db", {Signal.CPU: float(ago)}, now - ago)
    assert [value for _, value in points(file)] == [DAY - 60, 0]


def test_what_is_no_longer_measured_is_forgotten_when_it_starts_again(file: Path) -> None:
    Store(file).add("gone", {Signal.CPU: 1.0}, time.time() - 2 * DAY)
    Store(file)
    assert sqlite3.connect(file).execute("SELECT count(*) FROM figures").fetchone() == (0,)


def test_a_point_is_the_mean_of_its_time(file: Path) -> None:
    store, begun = Store(file), int(time.time()) // 60 * 60 - 120
    for second, value in ((0, 1.0), (10, 3.0), (60, 9.0)):
        store.add("db", {Signal.CPU: value}, begun + second)
    assert points(file, 60) == [(begun + 10, 2.0), (begun + 60, 9.0)]


def test_what_is_no_number_is_not_kept(file: Path) -> None:
    store = Store(file)
    store.add("db", {Signal.CPU: math.inf, Signal.MEMORY: 1.0}, time.time())
    store.add("db", {Signal.CPU: math.nan}, time.time() + 1)
    assert points(file) == []


def test_a_file_that_is_none_begins_anew(file: Path) -> None:
    file.write_bytes(b"no database at all, by far" * 50)
    Store(file).add("db", {Signal.CPU: 1.0}, time.time())
    assert len(points(file)) == 1


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    assert list(stretches([(0, 1), (10, 2), (100, 3), (110, 4), (300, 5)], gap=30)) == [
        [(0, 1), (10, 2)], [(100, 3), (110, 4)], [(300, 5)],
    ]  # fmt: skip
    drawn = svg("cpu", frame(0, 400, [[(0, 1), (10, 2), (300, 5)]], [], "s"), [[(0, 1), (10, 2), (300, 5)]], [], 30)
    assert (drawn.count("<polyline"), drawn.count("<circle")) == (1, 1)


def test_everything_that_is_drawn_is_within_the_chart() -> None:
    line = [(at, float(at % 7) * 1e4) for at in range(0, 3600, 10)]
    drawn = svg("much", frame(0, 3600, [line], [HIGH], "1/s"), [line], [HIGH], 60)
    for found in re.findall(r'points="([^"]*)"', drawn):
        for x, y in (map(float, point.split(",")) for point in found.split()):
            assert chart.LEFT <= x <= chart.WIDTH - chart.RIGHT
            assert chart.TOP <= y <= chart.HEIGHT - chart.BOTTOM


@pytest.mark.parametrize(
    ("most", "unit", "bounds", "top"),
    [
        (3.0, "%", [HIGH], 5), (0.004, "%", [HIGH], 5), (0.0002, "s", [], 0.005), (0.002, "1/s", [], 0.1),
        (7.0, "%", [HIGH], 10), (70.0, "%", [HIGH], 100), (30.0, "%", [HIGH], 100), (0.0, "s", [], 1),
        (0.02, "s", [Bound(1.0, "P1", "x")], 2), (230.0, "1/s", [], 250), (0.5, "s", [Bound(60, "P1", "x")], 1),
    ],
)  # fmt: skip
def test_a_chart_is_as_high_as_its_figures_and_a_bound_that_is_near(
    most: float, unit: str, bounds: list[Bound], top: float
) -> None:
    assert frame(0, 60, [[(0, most)]], bounds, unit).top == top


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (0.03, "0.03"), (12.345, "12.3"), (0.000187, "0.0002"), (1234, "1.23k"), (5.6e7, "56M")],
)
def test_figures_are_said_in_few_characters(value: float, said: str) -> None:
    assert short(value) == said


@pytest.mark.parametrize("unit", ["%", "s", "1/s", "h", "d", "events", "runs"])
def test_no_figure_beside_the_axis_is_cut(unit: str) -> None:
    """Of a phone's, which are the largest, in a wide font: DejaVu's digits are 0.64 of its size."""
    style = resources.files(dashboard).joinpath("page.css").read_text()
    size = max(float(it) for it in re.findall(r"\.axis \{[^}]*font-size: ([\d.]+)px", style))
    for power in range(-6, 10):
        for step in (1.0, 1.9, 2.3, 4.7, 9.5):
            most = step * 10**power
            said = re.findall(
                r'text-anchor="end">([^<:]*)<', svg("x", frame(0, 60, [[(0, most)]], [], unit), [], [], 30)
            )
            assert len(said) == 3
            assert max(0.64 * size * (len(it) - 0.5 * it.count(".")) for it in said) <= chart.LEFT - 6, said


@pytest.mark.parametrize(("value", "next_"), [(0.011, 0.02), (1, 1), (1.1, 2), (2.4, 2.5), (26, 50), (6000, 10_000)])
def test_an_axis_ends_in_a_number_that_is_easy_to_read(value: float, next_: float) -> None:
    assert rounded(value) == pytest.approx(next_)


def wanted(tmp_path: Path, *labels: str) -> Wanted:
    box = Box(tmp_path, "test", "alerts")
    box.path.mkdir(parents=True)
    panel = Panel("CPU", "%", "of it", [Line(it, "db", "cpu") for it in labels], [HIGH])
    return Wanted("shop", 10.0, {}, [Row("Database", "", [panel])], {}, box)


def test_the_latest_figure_is_said_as_long_as_it_is_of_now(tmp_path: Path, file: Path) -> None:
    Store(file).add("db", {Signal.CPU: 41.7}, time.time() - 5)
    assert "<b>41.7 %</b>" in page(wanted(tmp_path / "a", "db"), file, 1)
    late = tmp_path / "late.sqlite"
    Store(late).add("db", {Signal.CPU: 41.7}, time.time() - 300)
    shown = page(wanted(tmp_path / "b", "db"), late, 1)
    assert "41.7 %" not in shown
    assert "41.7" in shown  # it is still drawn


def test_what_was_never_measured_is_said(tmp_path: Path, file: Path) -> None:
    Store(file)
    assert "Nothing was measured in this time." in page(wanted(tmp_path, "db"), file, 24)


def test_names_are_text_wherever_they_stand(tmp_path: Path, file: Path) -> None:
    Store(file)
    shown = page(wanted(tmp_path, '"><script>alert(1)</script>'), file, 1)
    assert "<script>alert" not in shown
    assert shown.count("<script ") == 1


def test_alerts_that_fire_stand_above_all_else(tmp_path: Path, file: Path) -> None:
    Store(file)
    told = wanted(tmp_path, "db")
    assert told.alerts is not None
    assert "No alert is firing." in page(told, file, 1)
    alert = Alert("full", "db", "P0", "disk > 90 % for 5m", "%", "firing", "2026-03-01T12:00:00+00:00", 97.0)
    alerts_file.write(told.alerts, Standing("x", "2026-03-01T12:00:00+00:00", [alert]))
    shown = page(told, file, 1)
    assert '<li class="p0"><b>P0</b> db: disk &gt; 90 % for 5m <small>since 12:00:00 UTC</small></li>' in shown
    assert shown.index("disk &gt; 90 %") < shown.index("<h2>Database</h2>")


def test_alerts_that_are_about_to_fire_stand_below_those_that_do(tmp_path: Path, file: Path) -> None:
    Store(file)
    told = wanted(tmp_path, "db")
    assert told.alerts is not None
    pending = Alert(
        "down", "db", "P0", "uptime < 100 % for 2m", "%", "pending", "2026-03-01T12:00:00+00:00", 0.0, 120.0
    )
    firing = dataclasses.replace(pending, rule="full", level="P3", state="firing")
    alerts_file.write(told.alerts, Standing("x", "2026-03-01T12:00:00+00:00", [pending]))
    shown = page(told, file, 1)
    assert '<ul class="pending"><li class="p0">' in shown
    assert "<small>pending since 12:00:00, fires at 12:02:00 UTC</small>" in shown
    assert "No alert is firing." not in shown
    alerts_file.write(told.alerts, Standing("x", "2026-03-01T12:00:00+00:00", [pending, firing]))
    shown = page(told, file, 1)
    assert shown.index('<ul class="firing"><li class="p3">') < shown.index('<li class="p0">')

"""What `infra-kit status` prints of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra_kit.commands.servers_table import as_json, print_alerts
from infra_kit.providers.local.alerts_file import Alert, State
from infra_kit.providers.local.inventory import AlertsStatus

NOW = datetime.now(UTC)


def alert(rule: str, level: str, state: State = "firing", value: float | None = 0.0, **ago: float) -> Alert:
    since = (NOW - timedelta(**ago or {"seconds": 1})).isoformat(timespec="seconds")
    return Alert(rule, "db", level, f"{rule} < 100 % for 2m", "%", state, since, value)


def said(capsys: pytest.CaptureFixture[str], *alerts: Alert, running: bool = True, checked: str = "") -> str:
    print_alerts([AlertsStatus("alerts", running, checked, alerts)])
    return capsys.readouterr().out


def test_the_most_urgent_comes_first_then_the_oldest(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, alert("c", "P1"), alert("b", "P0", minutes=5), alert("a", "P0", minutes=9), alert("d", "P3"))

    assert [line.split()[:2] for line in told.splitlines()[4:]] == [["P0", "a"], ["P0", "b"], ["P1", "c"], ["P3", "d"]]


def test_what_is_well_or_not_wrong_for_long_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, alert("a", "P0", "ok"), alert("b", "P0", "pending"))

    assert told == "\nNo alert is firing.\n"


def test_what_could_not_be_measured_has_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert "None" not in said(capsys, alert("a", "P0", value=None))


def test_the_day_is_told_where_it_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    then = (NOW - timedelta(days=3)).astimezone()
    assert f"{then:%Y-%m-%d}" in said(capsys, alert("a", "P0", days=3))
    assert f"{NOW.astimezone():%Y-}" not in said(capsys, alert("a", "P0", seconds=0))


def test_a_checker_that_does_not_run_is_no_good_news(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, alert("a", "P0", "ok"), running=False, checked=NOW.isoformat())

    assert told.startswith("\nNobody keeps the checker of alerts running; it last looked at ")
    assert "No alert is firing" not in told
    assert said(capsys, running=False) == "\nNobody keeps the checker of alerts running.\n"


def test_where_nobody_watches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_alerts([])
    assert capsys.readouterr().out == ""


def test_json_has_every_rule_with_its_state() -> None:
    told = as_json("shop", [], [AlertsStatus("alerts", True, "then", [alert("a", "P0"), alert("b", "P1", "ok")])])

    assert (told["stack"], told["servers"]) == ("shop", [])
    assert [(it.rule, it.state) for it in told["alerts"][0]["alerts"]] == [("a", "firing"), ("b", "ok")]

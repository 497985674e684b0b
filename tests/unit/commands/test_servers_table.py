"""What `infra-kit status` prints of alerts."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra_kit.commands.servers_table import as_json, print_alerts, print_servers
from infra_kit.providers.local.alerts_file import Alert, State
from infra_kit.providers.local.inventory import AlertsStatus, ServerStatus


def now() -> datetime:
    return datetime.now(UTC)


def alert(rule: str, level: str, state: State = "firing", value: float | None = 0.0, **ago: float) -> Alert:
    since = (now() - timedelta(**ago or {"seconds": 1})).isoformat(timespec="seconds")
    return Alert(rule, "db", level, f"{rule} < 100 % for 2m", "%", state, since, value, lasting=86_400)


def said(
    capsys: pytest.CaptureFixture[str], *alerts: Alert, running: bool = True, died: bool = False, checked: str = ""
) -> str:
    print_alerts([AlertsStatus("alerts", running, died, checked, alerts)])
    return capsys.readouterr().out


def test_the_most_urgent_comes_first_then_the_oldest(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, alert("c", "P1"), alert("b", "P0", minutes=5), alert("a", "P0", minutes=9), alert("d", "P3"))

    assert [(line[:2], line.split()[2]) for line in told.splitlines()[4:]] == [
        ("P0", "a"), ("P0", "b"), ("P1", "c"), ("P3", "d"),
    ]  # fmt: skip


def test_what_is_well_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, alert("a", "P0", "ok")) == "\nNo alert is firing.\n"


def test_what_is_not_wrong_for_long_enough_is_shown_below_with_when_it_fires(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = said(capsys, alert("a", "P0", "pending", hours=12), alert("b", "P3"))

    firing, pending = told.splitlines()[4:]
    assert firing.split()[:3] == ["P3", "firing", "b"]
    assert pending.split()[:3] == ["P0", "pending", "a"]
    assert re.search(r"; fires in \d+ min \d+ s$", pending)
    assert "fires" not in firing
    assert "No alert is firing" not in told


def test_what_is_due_fires_at_the_next_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert "; fires at the next look" in said(capsys, alert("a", "P0", "pending", days=2))


def test_what_could_not_be_measured_has_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert "None" not in said(capsys, alert("a", "P0", value=None))


def test_the_day_is_told_where_it_is_another(capsys: pytest.CaptureFixture[str]) -> None:
    then = (now() - timedelta(days=3)).astimezone()
    assert f"{then:%Y-%m-%d}" in said(capsys, alert("a", "P0", days=3))
    assert f"{now().astimezone():%Y-}" not in said(capsys, alert("a", "P0", seconds=0))


def test_a_checker_that_does_not_run_is_no_good_news(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, alert("a", "P0", "pending"), running=False, died=True, checked=now().isoformat())

    assert told.startswith("\nThe checker of alerts has died; it last looked at ")
    assert "No alert is firing" not in told
    assert "fires" not in told


def test_a_checker_that_was_stopped_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, running=False) == "\nThe checker of alerts is stopped.\n"


def test_where_nobody_watches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_alerts([])
    assert capsys.readouterr().out == ""


def test_what_died_and_left_what_it_forked_is_told_from_what_is_gone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gone = ServerStatus("db", "postgres", "", None, tmp_path, tmp_path, has_program=True, died=True)
    left = dataclasses.replace(gone, name="edge", kind="gateway", orphaned=True)

    print_servers([gone, left])

    first, second = capsys.readouterr().out.splitlines()[2:4]
    assert first.split() == ["db", "Postgres", "died"]
    assert second.endswith("orphaned (it died, what it forked still runs)")
    assert [it["state"] for it in as_json("shop", [gone, left], [])["servers"]] == ["died", "orphaned"]


def test_json_has_every_rule_with_its_state() -> None:
    told = as_json(
        "shop", [], [AlertsStatus("alerts", True, False, "then", [alert("a", "P0"), alert("b", "P1", "ok")])]
    )

    assert (told["stack"], told["servers"]) == ("shop", [])
    assert [(it.rule, it.state) for it in told["alerts"][0]["alerts"]] == [("a", "firing"), ("b", "ok")]

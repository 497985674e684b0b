"""What the page says, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from infra_kit.panel import views
from infra_kit.panel.facts import Alert

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)


def alert(level: str, fires_in: float | None = None) -> Alert:
    since = (NOW - timedelta(seconds=30)).isoformat()
    fires = "" if fires_in is None else (NOW + timedelta(seconds=fires_in)).isoformat()
    return Alert(level=level, component="db", says="uptime < 100 % for 2m", since=since, value="0 %", fires=fires)


def test_what_fires_comes_before_what_is_about_to() -> None:
    told = views.alerts((alert("P0", 90), alert("P2"), alert("P1")), NOW)
    assert [(it.level, it.bad) for it in told] == [("P1", True), ("P2", True), ("P0", False)]


def test_what_is_about_to_fire_says_when_it_does() -> None:
    pending, due = views.alerts((alert("P0", 90), alert("P1", -1)), NOW)
    assert pending.text == "uptime < 100 % for 2m, now 0 %, for 30 s, pending: fires in 1 min"
    assert due.text.endswith("for 30 s, pending: fires at the next look")

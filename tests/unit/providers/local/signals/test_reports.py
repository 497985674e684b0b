"""What is read of files in which others tell how they went."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra_kit.providers.local import uptime_file
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.process import Process
from infra_kit.providers.local.signals.probe import Figures, Source
from infra_kit.providers.local.signals.reports import UptimeProbe
from infra_kit.providers.local.uptime_file import Seen, Visit
from infra_kit.signals import Signal


def measured(place: Path, monkeypatch: pytest.MonkeyPatch, **minutes: float) -> Figures:
    """Of checks that are made every five minutes, each last answered well so many minutes ago; the program lives."""
    monkeypatch.setattr(Process, "pid", property(lambda _: 1))
    box = Box(place, "test", "outside")
    box.conf.mkdir(parents=True)
    box.write("told.json", json.dumps({"checks": {name: {"every": 300, "timeout": 10} for name in minutes}}))
    now = datetime.now(UTC)
    times = {name: (now - timedelta(minutes=ago)).isoformat() for name, ago in minutes.items()}
    visits = {name: Visit(when, well=True, seconds=0.5, certificate_days=90.0) for name, when in times.items()}
    uptime_file.write(box, Seen("x", visits))
    return UptimeProbe(Source(place, "test", "uptime", ("outside",))).measure()


def test_a_visitor_that_tells_nothing_any_more_has_found_nothing_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert measured(tmp_path, monkeypatch, home=60, api=60) == {Signal.UPTIME: 0}


def test_only_the_check_that_nobody_makes_any_more_is_not_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = measured(tmp_path, monkeypatch, home=9, api=60)
    assert figures == {Signal.UPTIME: 50, Signal.LATENCY: 0.5, Signal.CERTIFICATE: 90}


def test_a_check_whose_next_answer_is_not_due_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert measured(tmp_path, monkeypatch, home=4.9)[Signal.UPTIME] == 100

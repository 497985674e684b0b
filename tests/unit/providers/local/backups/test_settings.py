"""One at a time: who waits for another says so."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from infra_kit.providers.local.backups import settings
from infra_kit.providers.local.box import Box


def test_who_waits_for_a_run_that_is_at_work_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def flock(_: int, how: int) -> None:
        if how & fcntl.LOCK_NB:
            raise BlockingIOError

    box = Box(tmp_path, "test", "safe")
    box.path.mkdir(parents=True)
    with settings.alone(box):
        assert capsys.readouterr().err == ""
    monkeypatch.setattr(fcntl, "flock", flock)
    with settings.alone(box):
        assert "safe: waiting until what is at work on it has ended" in capsys.readouterr().err

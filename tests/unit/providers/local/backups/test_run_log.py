"""`infra-kit logs safe` shows what was run by hand too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra_kit.errors import BackupError
from infra_kit.providers.local import by_hand
from infra_kit.providers.local.backups import drill, run
from infra_kit.providers.local.box import Box

BEFORE = "2026-11-26T07:38:44Z supervisor | safe-1 ended well\n"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path, "dev", "safe")
    box.path.mkdir(parents=True)
    box.process.log.write_text(BEFORE)
    return box


def said(box: Box) -> list[str]:
    """What was added to the log, without its times."""
    added = box.process.log.read_text().removeprefix(BEFORE)
    return re.findall(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (.*)\n", added, re.MULTILINE)


def test_a_drill_that_went_well_is_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drill, "run", lambda _: [])
    assert by_hand.drill(box) == []
    assert said(box) == ["by hand | a drill ended well"]


def test_a_copy_that_failed_is_told_with_why(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Box) -> Any:
        raise BackupError("unreachable", "db: it does not answer\ncache: nor this")

    monkeypatch.setattr(run, "now", fail)
    with pytest.raises(BackupError):
        by_hand.back_up(box)
    assert said(box) == ["by hand | a copy failed: db: it does not answer", "by hand | cache: nor this"]


def test_a_log_that_the_supervisor_has_not_made_is_left_to_it(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.process.log.unlink()
    monkeypatch.setattr(drill, "run", lambda _: [])
    by_hand.drill(box)
    assert not box.process.log.exists()

"""What `infra-kit drill` says of what was proven."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from infra_kit.commands.drill import drill
from infra_kit.engine import drills
from infra_kit.engine.project import Project
from infra_kit.providers.common.by_hand import Proven

OF = datetime(2026, 11, 24, 6, 0, 7, tzinfo=UTC)
PROVEN = [
    Proven(component="db", checks=("changed", "rows"), seconds=3, of=OF),
    Proven(component="cache", checks=("keys",), seconds=1),
]


@pytest.fixture(autouse=True)
def proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "find", lambda: None)
    monkeypatch.setattr(drills, "prove", lambda *_: PROVEN)


def test_it_says_of_when_the_copy_is_that_was_proven(capsys: pytest.CaptureFixture[str]) -> None:
    drill("drill", stack="dev")
    head, _, database, cache = capsys.readouterr().out.splitlines()
    assert "as of (UTC)" in head
    assert "2026-11-24 06:00:07" in database
    assert "the newest" in cache


def test_a_program_is_told_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    drill("drill", stack="dev", as_json=True)
    database, cache = json.loads(capsys.readouterr().out)
    assert (database["of"], cache["of"]) == ("2026-11-24T06:00:07+00:00", None)
    assert database["checks"] == ["changed", "rows"]

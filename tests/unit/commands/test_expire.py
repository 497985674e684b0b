"""What `infra-kit expire` says, and what it does where it is only to say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from infra_kit.cli import app
from infra_kit.engine import numbered
from infra_kit.engine.project import Project

THEN = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    gone: list[str] = []

    def stale(_: Any, template: str, before: datetime, __: Any) -> dict[str, datetime]:
        assert template == "shop-preview"
        return {"shop-preview-7": THEN} if before > THEN else {}

    monkeypatch.setattr(Project, "find", lambda: None)
    monkeypatch.setattr(numbered, "stale", stale)
    monkeypatch.setattr(numbered, "remove", lambda _, names, __: gone.extend(names))
    return gone


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["expire", *arguments])
    return f"{done.exit_code} {done.output}"


def test_what_is_too_old_is_named_and_removed(removed: list[str]) -> None:
    assert "shop-preview-7: last deployed 2026-11-18 09:00 UTC" in run("shop-preview", "--after", "1s")
    assert removed == ["shop-preview-7"]


def test_a_dry_run_only_names_it(removed: list[str]) -> None:
    assert "shop-preview-7" in run("shop-preview", "--after", "1s", "--dry-run")
    assert removed == []


def test_where_nothing_is_too_old_it_says_so(removed: list[str]) -> None:
    assert "No stack of shop-preview was last deployed so long ago." in run("shop-preview", "--after", "99y")
    assert removed == []


def test_a_time_that_is_none_is_wrong_usage(removed: list[str]) -> None:
    said = run("shop-preview", "--after", "a week")
    assert said.startswith("2 ")
    assert "whole number and one of s, m, h, d, y" in " ".join(said.replace("│", " ").split())

"""What `infra-kit restore` says of what came back, and what it refuses before it looks at a stack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from infra_kit.commands import restore as command
from infra_kit.engine.connections import Connection
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.providers.common.by_hand import Restored

OF = datetime(2026, 11, 26, 10, 11, 30, tzinfo=UTC)
ASKED = datetime(2026, 11, 26, 10, 15, tzinfo=UTC)
URL = "postgresql://app:canary@127.0.0.1:5433/app"


def restored(of: datetime | None = OF) -> Restored:
    return Restored(component="db", name="db-restored", address="127.0.0.1:5433", of=of, seconds=1, says=("Bye.",))


def said(capsys: pytest.CaptureFixture[str], it: Restored, to: datetime | None, **how: Any) -> str:
    there = Connection("db-restored", "copy of db", {"url": URL}, frozenset({"url"}))
    command._print([(it, there)], to, **{"show_secrets": False, **how})
    return capsys.readouterr().out.splitlines()[-1]


def test_without_a_moment_it_says_up_to_which_time_the_newest_came(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, restored(), None)
    assert "It has what was there until 2026-11-26 10:11:30 UTC, which is the newest. Bye." in line


def test_what_came_of_an_earlier_time_than_was_asked_is_said_with_both(capsys: pytest.CaptureFixture[str]) -> None:
    line = said(capsys, restored(), ASKED)
    assert "2026-11-26 10:15:00 UTC was asked for: it is as it was at 2026-11-26 10:11:30 UTC." in line
    assert "was asked for" not in said(capsys, restored(ASKED), ASKED)


def test_how_to_connect_is_masked_unless_secrets_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, restored(), None).startswith("db-restored: postgresql://app:••••@127.0.0.1:5433/app ")
    assert URL in said(capsys, restored(), None, show_secrets=True)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({}, "what is to be restored"),
        ({"name": "db", "or_latest": True}, "--or-latest-restorable is for a time of --to"),
        ({"name": "db", "lose": ["db"]}, "--yes-lose says what --over replaces"),
        ({"name": "db", "remove": "db-restored"}, "--remove deletes one copy: say its name alone"),
    ],
)
def test_what_does_not_go_together_is_refused(monkeypatch: pytest.MonkeyPatch, asked: Any, why: str) -> None:
    monkeypatch.setattr(command, "choose", lambda *_: "dev")
    monkeypatch.setattr(Project, "find", lambda: None)
    with pytest.raises(ConfigError, match=why):
        command.restore(**asked)

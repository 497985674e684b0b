"""A drill now: by the name of a RestoreDrill, and one that proved nothing is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine import backups, drills
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Proven

PROVEN = Proven(component="db", checks=("rows",), seconds=3)


class Local:
    """Has drills, which prove what they are."""

    def drills(self, *_: Any) -> dict[str, Sequence[Proven]]:
        return {"drill": [PROVEN], "empty": []}

    def drill(self, it: Sequence[Proven]) -> Sequence[Proven]:
        return it


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(backups, "local", Local)
    monkeypatch.setattr(backups, "state_of", lambda *_: {})
    return Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / "home")


def test_a_drill_of_this_machine_needs_no_state(project: Project) -> None:
    assert drills.prove(project, "dev", "drill", Progress()) == [PROVEN]


def test_a_drill_that_had_nothing_to_restore_proved_nothing(project: Project) -> None:
    with pytest.raises(BackupError, match="empty: it has nothing to restore"):
        drills.prove(project, "dev", "empty", Progress())


def test_another_name_is_refused_with_those_there_are(project: Project) -> None:
    with pytest.raises(ConfigError, match="dev has no RestoreDrill 'safe'; there is drill, empty"):
        drills.prove(project, "dev", "safe", Progress())

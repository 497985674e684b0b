"""A copy now is of all that a Backup holds, or it is none; a restore begins nothing where it cannot restore all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from infra_kit.engine import backups, restore
from infra_kit.engine.backups import ByHand, Held
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.restore import Moment
from infra_kit.errors import BackupError, ConfigError
from infra_kit.providers.common.by_hand import Copied

AT = datetime(2026, 11, 26, tzinfo=UTC)


class Target:
    """Holds some, and takes copies of some."""

    def __init__(self, held: Sequence[str], copied: Sequence[str] = ()) -> None:
        self.held, self.copied, self.did = held, copied, list[str]()

    def holds(self, _: Any) -> Sequence[str]:
        return self.held

    def back_up(self, _: Any) -> Sequence[Copied]:
        self.did.append("copies")
        return [Copied(component=name, where="vault", at=AT, size=1, seconds=1) for name in self.copied]

    def new_name(self, _: Any, component: str) -> str:
        if component == "cache":
            raise BackupError("kind", "cache: by the target's own commands")
        return f"{component}-restored"

    def into(self, _: Any, component: str, *__: Any, **___: Any) -> None:
        self.did.append(component)

    def remove(self, _: Any, name: str) -> bool:
        self.did.append(f"removes {name}")
        return name == f"{self.held[0]}-restored"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / "home")


def stand(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    monkeypatch.setattr(backups, "_of_this_machine", lambda *_: [Held("safe", None, cast("ByHand", target))])


def test_a_copy_that_lacks_a_component_is_none(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, Target(["db", "cache", "files"], ["db"]))
    with pytest.raises(BackupError, match="safe: there is no whole copy of cache, files"):
        backups.take(project, "staging", "safe", Progress())


def test_a_copy_of_nothing_is_none(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target([])
    stand(monkeypatch, target)
    for take in (backups.take, backups.take_before):
        with pytest.raises(ConfigError, match="Backup 'safe' holds nothing"):
            take(project, "staging", "safe", Progress())
    assert not target.did


def test_a_copy_of_all_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, Target(["db"], ["db"]))
    assert [it.component for it in backups.take(project, "staging", "safe", Progress())] == ["db"]


def test_what_a_backup_of_all_holds_is_known_by_the_backups_that_hold_something(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {"safe": ["db"], "empty": [], "far": ["files"]}
    here = [Held(name, None, cast("ByHand", Target(of))) for name, of in held.items()]
    monkeypatch.setattr(backups, "_of_this_machine", lambda *_: here[:2])
    monkeypatch.setattr(backups, "state_of", lambda *_: {})
    monkeypatch.setattr(backups, "standing", lambda *_: here[2:])
    assert backups.holding(project, "staging", Progress()) == ["safe", "far"]


def test_what_cannot_all_be_restored_is_refused_before_anything_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(["db", "cache"])
    stand(monkeypatch, target)
    with pytest.raises(BackupError, match="cache: by the target's own commands"):
        restore.beside(project, "staging", "safe", Progress(), at=Moment(), into=None)
    assert not target.did


def test_a_copy_beside_is_removed_alone_by_its_name(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(["db"])
    stand(monkeypatch, target)
    monkeypatch.setattr(backups, "state_of", lambda *_: {"resources": []})
    restore.remove(project, "staging", "db-restored", Progress())
    assert target.did == ["removes db-restored"]
    with pytest.raises(ConfigError, match="staging has no copy 'db-then' that was restored beside its own"):
        restore.remove(project, "staging", "db-then", Progress())

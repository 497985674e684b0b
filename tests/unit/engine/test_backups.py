"""A copy now is of all that a Backup holds, or it is none; a restore begins nothing where it cannot restore all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra_kit.engine import backups, local_servers, restore
from infra_kit.engine.backups import ByHand, Held
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.restore import Moment
from infra_kit.errors import BackupError, ConfigError, DataLossRefusedError
from infra_kit.providers.common.by_hand import Copied
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.home import caller

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

    def check_over(self, _: Any, component: str) -> None:
        if component == "cache":
            raise BackupError("kind", "cache: beside alone")

    def over(self, _: Any, component: str, *__: Any, **___: Any) -> str:
        if component == "late":
            raise BackupError("missing-log", "late: it is too late")
        self.did.append(f"over {component}")
        return component

    def remove(self, _: Any, name: str) -> bool:
        self.did.append(f"removes {name}")
        return name == f"{self.held[0]}-restored"


class Cloud(Target):
    """Deletes nothing itself."""

    def remove(self, _: Any, name: str) -> bool:
        raise ConfigError(f"{name}: the cloud's own command deletes it")


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


def test_what_is_stopped_of_that_which_a_backup_holds_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {"db": False, "cache": True, "files": False, "api": False}
    there = [SimpleNamespace(name=name, has_program=name != "files", running=up) for name, up in runs.items()]
    stand(monkeypatch, Target(["db", "cache", "files"]))
    monkeypatch.setattr(local_servers, "servers", lambda *_: there)
    assert backups.stopped(project, "dev", "safe", Progress()) == ["db"]


def test_what_is_another_machines_is_taken_over_before_the_copy_and_only_when_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(["db"], ["db"])
    stand(monkeypatch, target)
    with pytest.raises(ConfigError, match="--take-over: the copies of 'safe' are nobody else's"):
        backups.take(project, "staging", "safe", Progress(), take_over=True)
    assert not target.did
    monkeypatch.setattr(target, "take_over", lambda _: target.did.append("takes over"), raising=False)
    backups.take(project, "staging", "safe", Progress())
    assert target.did == ["copies"]
    backups.take(project, "staging", "safe", Progress(), take_over=True)
    assert target.did == ["copies", "takes over", "copies"]


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
        list(restore.beside(project, "staging", "safe", Progress(), at=Moment(), into=None))
    assert not target.did


@pytest.mark.parametrize(
    "named", [[], ["db"], ["files"], ["db", "files", "cache"], ["db", "fiels"], ["db", "db"], ["safe"]]
)
def test_nothing_is_replaced_unless_each_component_and_no_other_is_named_once_more(
    project: Project, monkeypatch: pytest.MonkeyPatch, named: Sequence[str]
) -> None:
    target = Target(["db", "files"])
    stand(monkeypatch, target)
    with pytest.raises(DataLossRefusedError, match="--over --yes-lose db --yes-lose files"):
        list(restore.over(project, "staging", "safe", Progress(), at=Moment(), lose=named))
    assert not target.did
    list(restore.over(project, "staging", "safe", Progress(), at=Moment(), lose=["files", "db"]))
    assert target.did == ["over db", "over files"]


def test_what_cannot_all_be_replaced_is_refused_before_anything_is(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(["db", "cache"])
    stand(monkeypatch, target)
    with pytest.raises(BackupError, match="cache: beside alone"):
        list(restore.over(project, "staging", "safe", Progress(), at=Moment(), lose=["db", "cache"]))
    assert not target.did


def test_a_moment_that_one_of_all_lacks_is_refused_before_anything_is_replaced(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checks(_: Any, component: str, to: datetime | None, *, or_latest: bool) -> None:
        if component == "files" and to == AT and not or_latest:
            raise BackupError("missing-log", "files: it reaches no further")

    target = Target(["db", "files"])
    monkeypatch.setattr(target, "check_moment", checks, raising=False)
    stand(monkeypatch, target)
    with pytest.raises(BackupError, match="files: it reaches no further"):
        list(restore.over(project, "staging", "safe", Progress(), at=Moment(AT), lose=["db", "files"]))
    assert not target.did
    latest = Moment(AT, or_latest=True)
    list(restore.over(project, "staging", "safe", Progress(), at=latest, lose=["db", "files"]))
    assert target.did == ["over db", "over files"]


def test_what_was_replaced_before_one_that_fails_is_told_at_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(["db", "late", "files"])
    stand(monkeypatch, target)
    replaced = restore.over(project, "staging", "safe", Progress(), at=Moment(), lose=["db", "files", "late"])
    next(replaced)
    assert target.did == ["over db"]
    with pytest.raises(BackupError, match="late: it is too late"):
        next(replaced)
    assert target.did == ["over db"]


@pytest.mark.parametrize(
    "name",
    ["../elsewhere", "a/b", "/db", "..", ".hidden", "two words", "; reboot", "-rf", "Größe", "db\n", "d" * 64],
)
def test_a_name_that_leads_elsewhere_or_that_a_shell_would_take_otherwise_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    target = Target(["db"])
    stand(monkeypatch, target)
    with pytest.raises(ConfigError, match=r"--into: given .* single hyphens are needed"):
        list(restore.beside(project, "staging", "db", Progress(), at=Moment(), into=name))
    with pytest.raises(ConfigError, match=r"--remove: given .* single hyphens are needed"):
        restore.remove(project, "staging", name, Progress())
    assert not target.did


def test_a_copy_beside_is_removed_alone_by_its_name(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    target = Target(["db"])
    stand(monkeypatch, target)
    monkeypatch.setattr(backups, "state_of", lambda *_: {"resources": []})
    restore.remove(project, "staging", "db-restored", Progress())
    assert target.did == ["removes db-restored"]
    with pytest.raises(ConfigError, match="staging has no copy 'db-then' that was restored beside its own"):
        restore.remove(project, "staging", "db-then", Progress())


def test_a_copy_on_this_machine_is_removed_though_no_backup_is_there_any_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Box(local_servers.home(project), "dev", "db-restored", caller())
    box.path.mkdir(parents=True)
    box.save(Record("local/postgres", [], {}, restored_of="db"))
    monkeypatch.setattr(backups, "every", lambda *_: [])
    restore.remove(project, "dev", "db-restored", Progress())
    assert not box.path.exists()


def test_a_copy_beside_is_removed_though_another_backup_refuses_before(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, target = Cloud(["files"]), Target(["db"])
    there = [Held(name, None, cast("ByHand", it)) for name, it in (("far", far), ("safe", target))]
    monkeypatch.setattr(backups, "every", lambda *_: there)
    restore.remove(project, "staging", "db-restored", Progress())
    assert target.did == ["removes db-restored"]
    with pytest.raises(ConfigError, match="db-then: the cloud's own command deletes it"):
        restore.remove(project, "staging", "db-then", Progress())

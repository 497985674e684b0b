"""Copies before a release: which, and where the stack's own file asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from infra_kit.commands.backup import copy_first
from infra_kit.engine import backups
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError
from infra_kit.providers.common.by_hand import Copied


def copied(folder: Path, patch: pytest.MonkeyPatch, said: str, names: Sequence[str] = ()) -> list[str]:
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (folder / "Pulumi.shop-staging.yaml").write_text(f"config:\n  infra-kit:target: local\n{said}")
    taken: list[str] = []

    def take(_: Project, __: str, name: str, ___: Progress) -> list[Copied]:
        taken.append(name)
        return []

    patch.setattr(backups, "holding", lambda *_: ["safe", "far"])
    patch.setattr(backups, "take_before", take)
    project = Project(root=folder, name="shop", config_dir=folder, home=folder / "home")
    copy_first(project, "shop-staging", names, Progress())
    return taken


@pytest.mark.parametrize("value", ["true", '"true"'])
def test_a_stack_whose_file_says_so_begins_with_a_copy_of_each_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    said = f"  infra-kit:backup-first: {value}\n"
    assert copied(tmp_path, monkeypatch, said) == ["safe", "far"]
    assert copied(tmp_path, monkeypatch, said, ["far"]) == ["far", "safe"], "none is taken twice"


@pytest.mark.parametrize("said", ["", "  infra-kit:backup-first: false\n"])
def test_else_those_that_are_named_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    assert copied(tmp_path, monkeypatch, said) == []
    assert copied(tmp_path, monkeypatch, said, ["far"]) == ["far"]


def test_what_is_neither_on_nor_off_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="infra-kit:backup-first: given 'safe', allowed: true, false"):
        copied(tmp_path, monkeypatch, "  infra-kit:backup-first: safe\n")

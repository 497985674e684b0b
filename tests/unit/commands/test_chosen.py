"""Which of several stacks a copy is taken of, brought back and proven, where none is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra_kit.commands.backup import backup
from infra_kit.commands.drill import drill
from infra_kit.commands.restore import restore
from infra_kit.engine import backups, drills, pulumi_cli
from infra_kit.engine import restore as restoring
from infra_kit.engine.stack import Stack
from infra_kit.errors import ConfigError


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks that were worked on, in a project with two, of which the last `up` was of `dev`."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    for name in ("dev", "prod"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pulumi_cli, "ensure", lambda _: tmp_path)
    monkeypatch.setattr(Stack, "selected", lambda _: "dev")
    worked_on: list[str] = []

    def work(_: Any, stack: str, *__: Any, **___: Any) -> list[Any]:
        worked_on.append(stack)
        return []

    for module, name in [(backups, "take"), (drills, "prove"), (restoring, "beside"), (restoring, "remove")]:
        monkeypatch.setattr(module, name, work)
    return worked_on


@pytest.mark.parametrize(
    "command",
    [lambda: backup("safe"), lambda: drill("drill"), lambda: restore("db"), lambda: restore(remove="db-restored")],
    ids=["backup", "drill", "restore", "restore --remove"],
)
def test_it_is_the_one_of_the_last_up_which_is_said(
    asked: list[str], capsys: pytest.CaptureFixture[str], command: Callable[[], None]
) -> None:
    command()
    assert asked == ["dev"]
    assert "The selected stack: dev" in capsys.readouterr().err


def test_what_replaces_data_wants_to_be_told_which(asked: list[str]) -> None:
    with pytest.raises(ConfigError, match="Stacks: dev, prod"):
        restore("db", over=True, lose=["db"])
    assert not asked

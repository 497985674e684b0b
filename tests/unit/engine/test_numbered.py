"""Which numbered stacks go by their age, and that one that does not go keeps no other here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra_kit.engine import numbered, pulumi_cli, up
from infra_kit.engine.display import Progress
from infra_kit.engine.project import Project
from infra_kit.engine.stack import Stack
from infra_kit.errors import ConfigError, EngineError

NOW = datetime(2026, 11, 26, tzinfo=UTC)
THEN = "2026-11-18T09:00:00.100Z"
STACKS: list[dict[str, Any]] = [
    {"name": "organization/shop/shop-preview-7", "current": False, "lastUpdate": THEN},
    {"name": "shop-preview-8", "current": True, "lastUpdate": "2026-11-26T09:00:00Z"},
    {"name": "shop-preview-9", "current": False},
    {"name": "shop-preview", "current": False, "lastUpdate": THEN},
    {"name": "shop-staging-7", "current": False, "lastUpdate": THEN},
    {"name": "shop-preview-x-7", "current": False, "lastUpdate": THEN},
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    made = Project(root=tmp_path, name="shop", config_dir=tmp_path, home=tmp_path / ".infra-kit")
    for name, environment in (("shop-preview", "preview"), ("shop-staging", "staging")):
        made.config_file(name).write_text(f"config: {{infra-kit:target: aws, infra-kit:environment: {environment}}}")
    monkeypatch.setattr(pulumi_cli, "ensure", lambda _: Path("/opt/pulumi"))
    monkeypatch.setattr(Stack, "_entries", lambda _: {each["name"].rpartition("/")[2]: each for each in STACKS})
    return made


def test_a_preview_is_stale_by_its_last_deployment_and_no_other_stack_is(project: Project) -> None:
    found = numbered.stale(project, "shop-preview", NOW.replace(day=19), Progress())
    assert found == {"shop-preview-7": datetime.fromisoformat(THEN)}


def test_one_with_a_file_of_its_own_that_is_no_preview_stays(project: Project) -> None:
    own = project.config_dir / "Pulumi.shop-preview-7.yaml"
    own.write_text("config: {infra-kit:target: aws, infra-kit:environment: staging}")
    assert numbered.stale(project, "shop-preview", NOW, Progress()) == {}


def test_what_is_no_preview_never_goes_by_its_age(project: Project) -> None:
    with pytest.raises(ConfigError, match=r"given 'staging'; only stacks of the environment 'preview' are removed"):
        numbered.stale(project, "shop-staging", NOW, Progress())
    with pytest.raises(ConfigError, match="no stack 'shop-moon'"):
        numbered.stale(project, "shop-moon", NOW, Progress())


def test_one_that_cannot_be_removed_is_told_and_the_others_go(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[Any] = []

    def down(_: Project, name: str, *__: Any) -> None:
        if name == "shop-preview-7":
            raise EngineError("the cloud says no.")
        said.append(name)

    monkeypatch.setattr(up, "down", down)
    monkeypatch.setattr(Stack, "pulumi", lambda _, *arguments: said.append(arguments))
    with pytest.raises(EngineError, match=r"^shop-preview-7 could not be removed"):
        numbered.remove(project, ["shop-preview-7", "shop-preview-8"], Progress())
    assert said == ["shop-preview-8", ("stack", "rm", "shop-preview-8", "--yes", "--preserve-config")]
    assert "shop-preview-7: the cloud says no." in capsys.readouterr().err

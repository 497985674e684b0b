"""A project in a folder of its own, as a user has one."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from infra_kit.engine.project import Project

MakeProject = Callable[..., Project]


@pytest.fixture
def make_project(tmp_path: Path) -> MakeProject:
    """Writes a project: its program, and by name its stacks' configuration (YAML below `config:`)."""

    def make(program: str, *, settings: str = "", files: dict[str, str] | None = None, **stacks: str) -> Project:
        written = {
            "Pulumi.yaml": f"name: shop\nruntime: python\n{dedent(settings)}",
            "__main__.py": dedent(program),
            **{name: dedent(text) for name, text in (files or {}).items()},
            **{f"Pulumi.{name}.yaml": dedent(text) for name, text in stacks.items()},
        }
        for name, text in written.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Project.find(tmp_path)

    return make

"""A project in a folder of its own, as a user has one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from infra_kit import cli
from infra_kit.engine.project import Project
from tests.unit.planning.running import AWS, PHASES, SHOP, Ended, Run

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
        # A program that was written within the same second, and is as long, Python takes for the one that it compiled.
        for compiled in tmp_path.rglob("__pycache__"):
            shutil.rmtree(compiled)
        return Project.find(tmp_path)

    return make


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    return make_project(SHOP, files={"phases.yaml": PHASES}, production=AWS, staging=AWS)


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `infra-kit` with arguments in the project's folder, on a machine that has nothing for a cloud."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "STACK", "PULUMI_", "INFRA_KIT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(project.root)

    def ended(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["infra-kit", *arguments])
        with pytest.raises(SystemExit) as done:
            cli.main()
        return Ended(int(done.value.code or 0), *capsys.readouterr())

    return ended

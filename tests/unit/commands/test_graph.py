"""`infra-kit graph`: which form a file gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra_kit.cli import app
from tests.unit.planning.conftest import MakeProject

LOCAL = "config: {infra-kit:target: local, infra-kit:environment: development}"
Graph = Callable[..., Result]


@pytest.fixture
def graph(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> Graph:
    def run(*arguments: str) -> Result:
        monkeypatch.chdir(make_project("from infra_kit import Redis\nRedis('cache')\n", dev=LOCAL).root)
        return CliRunner().invoke(app, ["graph", "--stack", "dev", *arguments])

    return run


@pytest.mark.parametrize(
    ("name", "begin"), [("g.svg", "<svg"), ("g.HTML", "<!doctype html>"), ("g.mmd", "flowchart"), ("g.json", "{")]
)
def test_a_picture_in_a_file_has_the_form_of_its_suffix(graph: Graph, name: str, begin: str, tmp_path: Path) -> None:
    assert graph("--out", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_text().lower().startswith(begin)


def test_what_is_asked_for_goes_before_the_suffix(graph: Graph, tmp_path: Path) -> None:
    assert graph("--format", "svg", "--out", str(tmp_path / "drawn")).exit_code == 0
    assert (tmp_path / "drawn").read_text().startswith("<svg")


def test_a_file_of_a_suffix_that_says_no_form_is_refused_and_not_written(graph: Graph, tmp_path: Path) -> None:
    refused = graph("--out", str(tmp_path / "g.png"))
    assert refused.exit_code == 2
    assert "--format" in refused.output
    assert not (tmp_path / "g.png").exists()

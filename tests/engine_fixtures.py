"""Fixtures of every test that runs the real engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from infra_kit.engine import pulumi_cli
from infra_kit.engine.display import Progress
from tests.toy import Toy


@pytest.fixture(scope="session")
def cli() -> Path:
    """The Pulumi CLI, got the way `infra-kit up` gets it."""
    return pulumi_cli.ensure(Progress())


@pytest.fixture
def toy(tmp_path: Path, cli: Path) -> Toy:
    return Toy.make(tmp_path, cli)


@pytest.fixture(scope="session")
def first_up(tmp_path_factory: pytest.TempPathFactory, cli: Path) -> Callable[..., Toy]:
    """Brings a toy of these components up, once a session."""

    @cache
    def up(*names: str) -> Toy:
        toy = Toy.make(tmp_path_factory.mktemp("first"), cli)
        toy.configure(*names)
        done = toy.run("up")
        assert done.returncode == 0, done.stderr
        return toy

    return up


@pytest.fixture
def up_with(first_up: Callable[..., Toy], tmp_path: Path) -> Callable[..., Toy]:
    """Gives a toy of a test's own that is up, with these components, or with `db`: a copy of one."""
    return lambda *names: first_up(*names).copy(tmp_path / "up")

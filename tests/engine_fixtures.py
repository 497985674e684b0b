"""Fixtures of every test that runs the real engine."""

from __future__ import annotations

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

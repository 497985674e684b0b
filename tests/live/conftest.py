"""Live tests share one project that is up; those that break it make their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]


@pytest.fixture(scope="session")
def shop(cli: Path) -> Iterator[Shop]:
    """All five components, up."""
    with open_shop(cli) as project:
        project.up()
        yield project

"""Live tests share one project that is up; those that break it make their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG as PATIENCE

from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]

# A busy machine may stand still for longer than the 5 s that httpx waits of itself.
PATIENCE.connect = PATIENCE.read = PATIENCE.write = PATIENCE.pool = 60.0


@pytest.fixture(scope="session")
def shop(cli: Path) -> Iterator[Shop]:
    """All five components, up."""
    with open_shop(cli) as project:
        project.up()
        yield project

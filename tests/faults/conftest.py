"""What several tests of faults begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]

ONE_REDIS = """import pulumi
from infra_kit import Redis

pulumi.export("url", Redis("cache", memory_gb=0.05).url)
"""


@pytest.fixture
def cache(cli: Path) -> Iterator[Shop]:
    """A project with one Redis, up."""
    with open_shop(cli) as project:
        (project.root / "program" / "__main__.py").write_text(ONE_REDIS)
        project.up()
        yield project

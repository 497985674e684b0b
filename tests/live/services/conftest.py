"""Projects of services, one a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]

APP = Path(__file__).parents[1] / "app"


@contextmanager
def open_application(cli: Path, program: str) -> Iterator[Shop]:
    """A fresh project with the application in its folder; not up yet."""
    with open_shop(cli, program=Path(__file__).parent / program) as shop:
        shutil.copytree(APP, shop.root / "app")
        yield shop

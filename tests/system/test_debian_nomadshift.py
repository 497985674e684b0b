"""NomadShift on this machine: its search needs a Java, e.g. the package `openjdk-17-jre-headless`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_fixtures import cli
from tests.live.stacks.product import Product, development
from tests.live.stacks.way import Way

__all__ = ["cli"]


@pytest.fixture
def product(cli: Path) -> Iterator[Product]:
    with development(cli, "nomadshift") as product:
        yield product


def test_nomadshift_goes_to_its_second_phase_and_back_in_place_with_all_it_holds(product: Product) -> None:
    way = Way.begins(product, "/api/health")
    way.there("2")
    way.back()

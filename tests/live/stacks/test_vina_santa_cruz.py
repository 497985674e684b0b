"""Viña Santa Cruz on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.stacks.product import Product, development
from tests.live.stacks.way import Way


@pytest.fixture
def product(cli: Path) -> Iterator[Product]:
    with development(cli, "vina-santa-cruz") as product:
        yield product


def test_vina_santa_cruz_goes_to_its_second_phase_and_back_in_place_with_all_it_holds(product: Product) -> None:
    way = Way.begins(product, "/health")
    way.there("2")
    way.back()

"""Cuenta Conmigo on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.stacks.product import Product, development
from tests.live.stacks.stores import KEPT, Bus
from tests.live.stacks.way import Way


@pytest.fixture
def product(cli: Path) -> Iterator[Product]:
    with development(cli, "cuenta-conmigo") as product:
        yield product


def test_cuenta_conmigo_goes_to_its_second_phase_and_back_in_place_with_all_it_holds(product: Product) -> None:
    way = Way.begins(product, "/health")

    way.there("2")
    events = Bus(product.outputs["events_url"])
    events.put()
    assert events.get() == KEPT

    way.back(gives_up={"events"})

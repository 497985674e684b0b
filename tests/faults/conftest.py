"""Faults are done to a project of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.engine_fixtures import cli, toy
from tests.shop import Shop, open_shop

__all__ = ["cli", "toy"]


@pytest.fixture
def shop(cli: Path) -> Iterator[Shop]:
    with open_shop(cli) as project:
        yield project


@pytest.fixture
def running(shop: Shop) -> Shop:
    shop.up()
    with psycopg.connect(shop.outputs["db"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(shop.outputs["cache"]) as client:
        client.set("kept", "42")
    shop.s3().put_object(Bucket=shop.outputs["bucket"], Key="kept", Body=b"42")
    return shop

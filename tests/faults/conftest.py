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

ONE_REDIS = """import pulumi
from infra_kit import Redis

pulumi.export("url", Redis("cache", memory_gb=0.05).url)
"""


@pytest.fixture
def shop(cli: Path) -> Iterator[Shop]:
    with open_shop(cli) as project:
        yield project


@pytest.fixture
def small(cli: Path) -> Iterator[Shop]:
    """A project with one Redis, up."""
    with open_shop(cli) as project:
        (project.root / "program" / "__main__.py").write_text(ONE_REDIS)
        project.up()
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

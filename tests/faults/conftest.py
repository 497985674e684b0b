"""Faults are done to a project of the test's own, or to one that the test before left as it was."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from tests.engine_fixtures import cli, toy
from tests.faults.standing import Standing
from tests.shop import Shop, open_shop

__all__ = ["cli", "toy"]

ONE_REDIS = """import pulumi
from infra_kit import Redis

pulumi.export("url", Redis("cache", memory_gb=0.05).url)
"""


PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report


@pytest.fixture
def shop(cli: Path) -> Iterator[Shop]:
    with open_shop(cli) as project:
        yield project


@pytest.fixture(scope="session")
def standing_small(cli: Path) -> Iterator[Standing]:
    @contextmanager
    def opens() -> Iterator[Shop]:
        with open_shop(cli) as project:
            (project.root / "program" / "__main__.py").write_text(ONE_REDIS)
            project.up()
            yield project

    standing = Standing(opens)
    yield standing
    standing.close()


@pytest.fixture
def small(standing_small: Standing, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A project with one Redis, up."""
    yield standing_small.lend()
    if not request.node.stash.get(PASSED, False):
        standing_small.close()


@pytest.fixture(scope="session")
def standing_shop(cli: Path) -> Iterator[Standing]:
    @contextmanager
    def opens() -> Iterator[Shop]:
        with open_shop(cli) as project:
            project.up()
            _fill(project)
            yield project

    standing = Standing(opens)
    yield standing
    standing.close()


@pytest.fixture
def running(standing_shop: Standing, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """All five components, up, each with something in it."""
    yield standing_shop.lend()
    if not request.node.stash.get(PASSED, False):
        standing_shop.close()


def _fill(project: Shop) -> None:
    with psycopg.connect(project.outputs["db"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(project.outputs["cache"]) as client:
        client.set("kept", "42")
    project.s3().put_object(Bucket=project.outputs["bucket"], Key="kept", Body=b"42")

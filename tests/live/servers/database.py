"""A small PostgreSQL server for the tests of servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra_kit._dynamic import Props
from infra_kit.providers.local.server import box_of
from infra_kit.providers.local.servers.postgres import HANDLER


@pytest.fixture
def props(home_dir: Path) -> Props:
    return props_in(home_dir)


def props_in(home: Path) -> Props:
    return {
        "kind": "local/postgres",
        "home": str(home),
        "stack": "test",
        "name": "db",
        "retain": False,
        "version": "17",
        "memory_gb": 0.25,
        "extensions": [],
        "databases": ["app"],
        "parameters": {},
    }


def ensure(props: Props) -> Props:
    return HANDLER.ensure(props)[1]


def url(outs: Props) -> str:
    return str(outs["private"]["url"])


def pid(props: Props) -> int:
    number = box_of(props).process.pid
    assert number
    return number

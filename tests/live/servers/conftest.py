"""Servers are made by their handlers here, without the engine; tests/live/services goes through it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.local import inventory
from tests.live.servers.origin import Origin

STACK = "test"


def _home() -> Iterator[Path]:
    """A home that the servers' user can pass (pytest's own directories are closed to it when root runs the tests)."""
    path = Path(tempfile.mkdtemp(prefix="infra-kit-test-"))
    path.chmod(0o711)
    yield path
    inventory.stop(STACK, path)
    shutil.rmtree(path)


@pytest.fixture
def home_dir() -> Iterator[Path]:
    yield from _home()


@pytest.fixture(scope="module")
def shared_home_dir() -> Iterator[Path]:
    """The home of a server that all tests of a module share."""
    yield from _home()


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Origin()
    yield server
    server.stop()

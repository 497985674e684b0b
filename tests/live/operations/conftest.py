"""A database and a backup of it, driven by their handlers, without the engine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra_kit.providers.local import inventory
from tests.live.operations.backups import STACK, Safe


@pytest.fixture
def home_dir() -> Iterator[Path]:
    """A home that the servers' user can pass."""
    yield from _home()


@pytest.fixture
def other_home() -> Iterator[Path]:
    """As of another machine."""
    yield from _home()


def _home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="infra-kit-test-"))
    path.chmod(0o711)
    yield path
    inventory.stop(STACK, path)
    shutil.rmtree(path)


@pytest.fixture
def safe(home_dir: Path) -> Safe:
    """A database, and a backup of it on this machine."""
    made = Safe(home_dir, ["db"])
    made.make()
    return made

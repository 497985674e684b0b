"""Of all tests."""

import asyncio
import gc

import pytest

from tests import lean_sdk

# Recorded stacks are many small objects that live long; with Python's own thresholds, looking through them again and
# again is a quarter of the time of the conformance suites.
gc.set_threshold(100_000, 20, 20)

lean_sdk.install()

LOOP = asyncio.new_event_loop()


def pytest_runtest_setup() -> None:
    """An `Output` outside of a program takes the thread's loop, and `asyncio.run` in a test before takes that away."""
    asyncio.set_event_loop(LOOP)


LONGEST = (
    "faults/test_first_up.py",
    "faults/test_servers.py",
    "live/test_stacks.py",
    "live/stacks/test_cuenta_conmigo.py",
    "live/stacks/test_vina_santa_cruz.py",
    "live/engine/test_up_and_down.py",
    "live/test_conformance.py",
    "faults/test_engine_killed.py",
    "live/services/test_application.py",
    "system/test_debian_vps_service.py",
    "system/test_debian_nomadshift.py",
    "system/test_debian_bootstrap.py",
    "system/test_debian_vps_backup.py",
    "system/test_debian_vps_replicas.py",
    "system/test_debian_vps_restore.py",
    "system/test_debian_vps_copies.py",
    "system/test_debian_vps_job.py",
    "system/test_debian_vps_beside.py",
)
"""Files that take minutes, of each run the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, file by file: these, then what runs the engine. At the end of a run no worker
    waits for another one's minutes."""
    engine = {item.path for item in items if "cli" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        listed = [at for at, file in enumerate(LONGEST) if item.path.match(file)]
        return listed[0] if listed else len(LONGEST) + (item.path not in engine)

    turns = {path: turn(item) for path, item in {item.path: item for item in items}.items()}
    items.sort(key=lambda item: turns[item.path])

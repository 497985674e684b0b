"""`infra-kit down` where the state does not know all that runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.engine_fixtures import cli
from tests.shop import Shop, open_shop

__all__ = ["cli"]


@pytest.fixture
def cache(cli: Path) -> Iterator[Shop]:
    """A project with one Redis, up."""
    with open_shop(cli) as project:
        program = project.root / "program"
        program.mkdir()
        (program / "__main__.py").write_text('from infra_kit import Redis\n\nRedis("cache", memory_gb=0.05)\n')
        file = project.root / "Pulumi.yaml"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"main": str(program)}))
        project.up()
        yield project


def forget(project: Shop, *, pending: bool) -> None:
    """Makes the state what a run leaves that is killed while it creates the server, or lose it altogether."""
    file = project.home / "state" / ".pulumi" / "stacks" / "shop" / f"{project.stack}.json"
    state = json.loads(file.read_text())
    latest = state["checkpoint"]["latest"]
    server = next(one for one in latest["resources"] if one["type"].endswith(":RedisServer"))
    latest["resources"] = [one for one in latest["resources"] if one is not server] if pending else []
    if pending:
        latest["pending_operations"] = [{"resource": server, "type": "creating"}]
    file.write_text(json.dumps(state))


def server_of(project: Shop) -> psutil.Process:
    pid = project.servers()["cache"].pid
    assert pid
    return psutil.Process(pid)


def runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE  # nobody may reap an orphan at once


def test_down_after_a_killed_create_leaves_neither_process_nor_data(cache: Shop) -> None:
    process = server_of(cache)
    forget(cache, pending=True)
    down = cache.run("down")
    assert down.returncode == 0, down.stderr
    assert not runs(process)
    assert not (cache.home / cache.stack / "cache").exists()


def test_down_after_the_state_was_lost_stops_the_server_and_names_its_data(cache: Shop) -> None:
    process = server_of(cache)
    forget(cache, pending=False)
    down = cache.run("down")
    assert down.returncode == 0, down.stderr
    assert not runs(process)
    assert str(cache.home / cache.stack / "cache") in down.stdout
    assert (cache.home / cache.stack / "cache" / "data").exists()


def test_up_after_a_killed_create_keeps_the_server_that_stands(cache: Shop) -> None:
    process = server_of(cache)
    forget(cache, pending=True)
    cache.up()
    assert server_of(cache).pid == process.pid
    assert runs(process)

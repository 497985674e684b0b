"""The first `infra-kit up` of a stack is killed, or has no room; and what stays of one that was up before."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.shop import KINDS, Shop, open_shop
from tests.shop.checks import as_root, kill_at, processes_below

MOMENTS = ["Planning", "Applying", "created cache-server", "created files-server", "created db-server"]


@pytest.mark.parametrize("line", MOMENTS)
def test_an_up_that_was_killed_is_finished_by_the_next_without_a_second_server(shop: Shop, line: str) -> None:
    kill_at(shop, line)
    shop.up()
    servers = shop.servers()
    assert sorted(servers) == KINDS
    assert all(server.running for server in servers.values())
    parents: dict[int, int] = {}
    for process in processes_below(shop):
        with suppress(psutil.NoSuchProcess):  # what a server forks may end meanwhile
            parents[process.pid] = process.ppid()
    mains = [pid for pid, parent in parents.items() if parent not in parents]
    assert sorted(mains) == sorted(server.pid or 0 for server in servers.values())
    assert psycopg.connect(shop.outputs["db"]).execute("SELECT 1").fetchone() == (1,)


def test_a_full_disk_is_an_error_that_says_so_and_what_was_there_stays(shop: Shop) -> None:
    shop.base.mkdir(mode=0o711)
    owner = f"size=24m,mode=711,uid={os.geteuid()}"
    as_root("mount", "-t", "tmpfs", "-o", owner, "tmpfs", str(shop.base))
    try:
        up = shop.run("up")
        assert up.returncode == 1
        assert "No space left on device" in up.stderr
        assert "Nothing was deleted" in up.stderr
        assert "Traceback" not in up.stderr
        as_root("mount", "-o", "remount,size=2g", str(shop.base))
        shop.up()
    finally:
        shop.run("stop")
        as_root("umount", "--lazy", str(shop.base))


def test_down_keeps_and_names_the_data_in_any_other_environment(cli: Path) -> None:
    with open_shop(cli, "staging") as shop:
        shop.up()
        with psycopg.connect(shop.outputs["db"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        down = shop.run("down")
        assert down.returncode == 0, down.stderr
        for name in KINDS:
            assert str(shop.home / shop.stack / name) in down.stdout
        assert processes_below(shop) == []
        shop.up()
        with psycopg.connect(shop.outputs["db"]) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)

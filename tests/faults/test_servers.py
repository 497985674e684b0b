"""What breaks on a laptop, and what the next `infra-kit up` makes of it."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import psycopg
import pytest

from tests.awaiting import until
from tests.shop import KINDS, Shop, open_shop
from tests.shop.checks import as_root, assert_all_is_there, pids, processes_below


def test_a_second_up_changes_nothing_and_restarts_no_server(running: Shop) -> None:
    before, outputs = pids(running), running.outputs
    again = running.up()
    assert pids(running) == before
    assert running.outputs == outputs
    assert "Nothing had to change." in again.stderr


def test_killed_servers_come_back_with_their_data_and_addresses(running: Shop) -> None:
    outputs = running.outputs
    for pid in pids(running).values():
        assert pid
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(pids(running).values()))
    assert running.run("status").stdout.count("died") == len(KINDS)
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)
    assert sorted(pids(running)) == KINDS


def test_stop_keeps_the_data_and_up_brings_it_back(running: Shop) -> None:
    outputs = running.outputs
    stopped = running.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert processes_below(running) == []
    status = running.run("status").stdout
    assert (status.count("stopped"), status.count("died")) == (len(KINDS), 0)
    refused = running.run("connect", "db", "--", "true")
    assert refused.returncode == 1
    assert "db is stopped. Start it: " in refused.stderr
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)


def test_plain_pulumi_brings_a_killed_server_back_too(running: Shop) -> None:
    server = running.servers()["db"]
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    up = running.pulumi("up", "--yes")
    assert up.returncode == 0, up.stdout
    assert_all_is_there(running)


def test_a_lost_state_adopts_the_servers_that_stand(running: Shop) -> None:
    before, outputs = pids(running), running.outputs
    (running.home / "state").rename(running.home / "lost")
    running.up()
    assert pids(running) == before
    assert running.outputs == outputs
    assert_all_is_there(running)


def test_down_leaves_no_process_no_port_and_in_development_no_data(running: Shop) -> None:
    listening = {connection.laddr for server in processes_below(running) for connection in server.net_connections()}
    down = running.run("down")
    assert down.returncode == 0, down.stderr
    assert processes_below(running) == []
    for address in listening:
        with socket.socket() as probe:
            assert probe.connect_ex(tuple(address)[:2]) != 0
    assert not (running.home / running.stack).exists() or not any((running.home / running.stack).glob("*/data"))


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


MOMENTS = ["Planning", "Applying", "created cache-server", "created files-server", "created db-server"]


@pytest.mark.parametrize("line", MOMENTS)
def test_an_up_that_was_killed_is_finished_by_the_next_without_a_second_server(shop: Shop, line: str) -> None:
    _kill_at(shop, line)
    shop.up()
    servers = shop.servers()
    assert sorted(servers) == KINDS
    assert all(server.running for server in servers.values())
    mains = [process for process in processes_below(shop) if process.parent() not in processes_below(shop)]
    assert sorted(process.pid for process in mains) == sorted(server.pid or 0 for server in servers.values())
    assert psycopg.connect(shop.outputs["db"]).execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("line", ["Planning", "Applying", "started cache-server"])
def test_an_up_that_was_killed_while_it_brought_servers_back_loses_no_data(running: Shop, line: str) -> None:
    outputs = running.outputs
    running.run("stop")
    _kill_at(running, line)
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)


def _kill_at(shop: Shop, line: str) -> None:
    """Kills `infra-kit up` and its engine in the moment in which it says that line."""
    up = shop.start("up")
    assert up.stdout
    for said in up.stdout:
        if line in said:
            break
    else:
        pytest.fail(f"it never said {line!r}")
    os.killpg(up.pid, signal.SIGKILL)
    up.wait()


def test_the_second_of_two_ups_says_so_and_leaves_the_first_alone(shop: Shop) -> None:
    first = shop.start("up")
    assert first.stdout
    first.stdout.readline()
    second = shop.run("up")
    output = first.communicate()[0]
    assert second.returncode == 4, second.stderr
    assert str(first.pid) in second.stderr
    assert first.returncode == 0, output
    assert all(server.running for server in shop.servers().values())


def test_a_kept_port_that_was_taken_is_named_with_its_holder_and_nothing_is_lost(running: Shop) -> None:
    port = int(running.servers()["cache"].address.split(":")[1])
    running.run("stop")
    with socket.create_server(("127.0.0.1", port)):
        up = running.run("up")
    assert up.returncode == 1
    assert f"port {port}" in up.stderr
    assert f"(pid {os.getpid()})" in up.stderr
    assert "infra-kit:local" in up.stderr
    assert "Traceback" not in up.stderr
    running.up()
    assert_all_is_there(running)


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


def test_a_read_only_data_path_is_an_error_that_says_so(running: Shop) -> None:
    running.run("stop")
    data = running.home / running.stack
    as_root("mount", "--bind", str(data), str(data))
    as_root("mount", "-o", "remount,ro,bind", str(data))
    try:
        up = running.run("up")
        assert up.returncode == 1
        assert "Read-only file system" in up.stderr
        assert "Traceback" not in up.stderr
    finally:
        as_root("umount", str(data))
    running.up()
    assert_all_is_there(running)

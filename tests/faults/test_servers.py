"""What breaks on a laptop, and what the next `infra-kit up` makes of it: on one stack, which the last test ends."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from tests.awaiting import until
from tests.shop import KINDS, Shop
from tests.shop.checks import as_root, assert_all_is_there, kill_at, listens_on, pids, processes_below


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


@pytest.mark.parametrize("line", ["Planning", "Applying", "started cache-server"])
def test_an_up_that_was_killed_while_it_brought_servers_back_loses_no_data(running: Shop, line: str) -> None:
    outputs = running.outputs
    running.run("stop")
    kill_at(running, line)
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)


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


def test_down_leaves_no_process_no_port_and_in_development_no_data(running: Shop) -> None:
    before = processes_below(running)
    down = running.run("down")
    assert down.returncode == 0, down.stderr
    assert processes_below(running) == []
    # A port that is free again may be another's at once.
    assert not [process for process in before if listens_on(process)]
    assert not (running.home / running.stack).exists() or not any((running.home / running.stack).glob("*/data"))

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import psutil
import pytest

from infra_kit.errors import ServerError
from infra_kit.providers.local.home import User
from infra_kit.providers.local.process import Process
from tests.awaiting import until

OURSELVES = User(os.geteuid(), os.getegid())
WAITS = ["/bin/sh", "-c", "echo ready; exec cat /dev/zero > /dev/null"]
REAPS_NONE = """
import os, sys
from pathlib import Path
from infra_kit.providers.local.home import User
from infra_kit.providers.local.process import Process

Process("db", Path(sys.argv[1])).start(sys.argv[2:], {}, User(os.geteuid(), os.getegid()))
sys.stdin.read()
"""
"""Starts a server, and is its parent until its own end."""


@pytest.fixture
def process(tmp_path: Path) -> Process:
    return Process("db", tmp_path)


def start(process: Process, command: list[str]) -> None:
    process.start(command, {}, OURSELVES)
    process.wait(lambda: process.pid is not None and "ready" in process.log.read_text(), seconds=10)


def test_a_started_server_is_found_again_by_its_directory_alone(process: Process, tmp_path: Path) -> None:
    start(process, WAITS)
    assert Process("db", tmp_path).pid == process.pid
    assert process.stop()
    assert process.pid is None
    assert not process.stop()


def test_a_server_is_never_started_twice(process: Process, tmp_path: Path) -> None:
    start(process, WAITS)
    first = process.pid
    start(Process("db", tmp_path), WAITS)
    assert first is not None
    assert process.pid != first
    process.stop()


def test_a_number_that_now_belongs_to_another_program_is_not_taken_for_the_server(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "pid").write_text(str(os.getpid()))
    assert Process("db", tmp_path).pid is None


def test_what_a_killed_server_forked_is_stopped_too(process: Process) -> None:
    start(process, ["/bin/sh", "-c", "cat /dev/zero > /dev/null & echo ready; wait"])
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: process.pid is None)
    assert process.died
    assert process.orphaned
    assert process.stop()
    until(lambda: not process.orphaned)
    assert not process.stop()


def test_a_server_that_died_is_told_from_one_that_was_stopped(process: Process) -> None:
    start(process, WAITS)
    assert not process.died
    assert not process.orphaned
    process.stop()
    assert not process.died
    start(process, WAITS)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: process.died)
    assert not process.orphaned
    process.stop()
    assert not process.died


def test_a_server_that_will_not_end_by_itself_is_killed(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra_kit.providers.local.process.STOP_SECONDS", 0.2)
    start(process, ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do read -r _ < /dev/zero; done"])
    assert process.stop()
    assert process.pid is None


def test_a_server_that_has_ended_in_good_order_is_stopped_whenever_its_parent_reaps_it(
    process: Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra_kit.providers.local.process.STOP_SECONDS", 3600)
    with subprocess.Popen([sys.executable, "-c", REAPS_NONE, str(tmp_path), *WAITS], stdin=subprocess.PIPE):
        until(lambda: process.pid is not None and "ready" in process.log.read_text(), seconds=60)
        server = psutil.Process(process.pid)
        stopping = Thread(target=process.stop)
        stopping.start()
        until(lambda: not stopping.is_alive(), seconds=60)
        assert server.status() == psutil.STATUS_ZOMBIE
        assert process.pid is None


def test_a_server_that_ends_while_starting_is_an_error_with_its_last_words(process: Process) -> None:
    process.start(["/bin/sh", "-c", "echo no such table space; exit 3"], {}, OURSELVES)
    with pytest.raises(ServerError, match=r"(?s)db: the server ended with status 3 .*Nothing was deleted.*table space"):
        process.wait(lambda: False, seconds=10)


def test_a_server_that_never_answers_is_an_error_after_its_time(process: Process) -> None:
    start(process, WAITS)
    with pytest.raises(ServerError, match="did not answer within 0 s"):
        process.wait(lambda: False, seconds=0)
    process.stop()


def test_a_servers_directory_may_be_reached_by_a_link(process: Process, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    start(process, WAITS)
    assert Process("db", link).stop()
    assert process.pid is None

"""`infra-kit up` killed with -9 at several points, and two at once: the next run repairs it, nothing is made twice."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from tests.awaiting import until
from tests.engine_fixtures import cli, toy
from tests.toy import INFRA_KIT, STACK, Toy

__all__ = ["cli", "toy"]

SECONDS = 180


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Waits until the process says these words on its standard error."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise AssertionError(f"it ended without {words!r}")


def kill(*processes: psutil.Process) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # it has ended with one that was killed before it
            process.kill()
    psutil.wait_procs(processes, timeout=SECONDS)


def engine_of(process: subprocess.Popen[str]) -> psutil.Process:
    return next(child for child in psutil.Process(process.pid).children() if child.name() == "pulumi")


def tree(process: subprocess.Popen[str]) -> list[psutil.Process]:
    root = psutil.Process(process.pid)
    return [root, *root.children(recursive=True)]


@pytest.fixture
def held(toy: Toy) -> Iterator[subprocess.Popen[str]]:
    """An `up` in the middle of creating `db-server`."""
    gate = toy.gate("db")
    process = toy.start("up")
    with gate.open("wb"):  # opens when `create` has opened the other end
        gate.unlink()
        yield process
    process.kill()
    process.communicate(timeout=SECONDS)


def assert_recovers(toy: Toy) -> None:
    again = toy.run("up")
    assert again.returncode == 0, again.stderr
    assert toy.log.count("create db-server") == 1
    assert (toy.root / "server-db-server").exists()
    before = toy.log
    assert toy.run("up").returncode == 0
    assert toy.log == before
    until(lambda: plugins_of(toy) == [], SECONDS, why=lambda: str(plugins_of(toy)))


def plugins_of(toy: Toy) -> list[str]:
    """Processes of the engine that still work in the toy's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(toy.root) in process.environ().get("PULUMI_BACKEND_URL", ""):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def await_engine(process: subprocess.Popen[str], operation: str) -> None:
    """Waits until the engine has begun an operation."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for child in psutil.Process(process.pid).children():
            with suppress(psutil.Error):  # it has ended meanwhile
                if operation in child.cmdline():
                    return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
            break
    raise AssertionError(f"no {operation!r} was begun")


@pytest.mark.parametrize("operation", ["preview", "up"])
def test_everything_killed_at_the_start_of_a_step_is_repaired(toy: Toy, operation: str) -> None:
    process = toy.start("up")
    await_engine(process, operation)
    kill(*tree(process))
    process.communicate(timeout=SECONDS)
    assert_recovers(toy)


def test_everything_killed_in_the_middle_of_a_create_is_repaired(toy: Toy, held: subprocess.Popen[str]) -> None:
    kill(*tree(held))
    assert_recovers(toy)
    assert "create db-server" in toy.log


def test_the_create_under_way_is_finished_before_the_next_one_begins(toy: Toy) -> None:
    gate = toy.gate("db")
    process = toy.start("up")
    with gate.open("wb"):
        gate.unlink()
        kill(engine_of(process), psutil.Process(process.pid))
        process.communicate(timeout=SECONDS)
        second = toy.start("up")
        read_until(second, "Letting an interrupted run finish")
        assert toy.log == ["begin db-server"]
    second.communicate(timeout=SECONDS)
    assert second.returncode == 0
    assert toy.log == ["begin db-server", "create db-server", "begin db-server", "adopt db-server"]
    assert_recovers(toy)


def test_an_engine_that_goes_on_without_infra_kit_is_awaited(toy: Toy) -> None:
    gate = toy.gate("db")
    process = toy.start("up")
    with gate.open("wb"):
        gate.unlink()
        engine = engine_of(process)
        kill(psutil.Process(process.pid))
        second = toy.start("up")
        read_until(second, f"Waiting for the engine of an interrupted run to finish (process {engine.pid})")
        assert engine.is_running()
    second.communicate(timeout=SECONDS)
    assert second.returncode == 0
    assert_recovers(toy)


def test_an_engine_killed_under_infra_kit_is_one_clear_error(toy: Toy, held: subprocess.Popen[str]) -> None:
    family = tree(held)
    kill(engine_of(held))
    _, errors = held.communicate(timeout=SECONDS)
    kill(*(plugin for plugin in family if plugin.is_running()))
    assert held.returncode == 1
    assert "engine was killed (SIGKILL)" in errors
    assert "Traceback" not in errors


def test_a_second_up_says_so_and_leaves_the_first_alone(toy: Toy) -> None:
    gate = toy.gate("db")
    first = toy.start("up")
    with gate.open("wb"):
        gate.unlink()
        second = toy.run("up")
        assert second.returncode == 4
        assert f"another infra-kit works on the stack '{STACK}' (process {first.pid})" in second.stderr
        assert toy.run("down").returncode == 4
    first.communicate(timeout=SECONDS)
    assert first.returncode == 0
    assert toy.log == ["begin db-server", "create db-server"]


def test_a_plain_pulumi_at_work_is_left_alone(toy: Toy) -> None:
    toy.run("env")
    toy.pulumi("stack", "init")
    gate = toy.gate("db")
    command = f'eval "$({INFRA_KIT} env)" && exec pulumi up --yes --non-interactive --stack {STACK}'
    plain = subprocess.Popen(
        ["/bin/bash", "-c", command], cwd=toy.root, env=toy.environment, stdout=subprocess.PIPE, text=True
    )
    with gate.open("wb"):
        gate.unlink()
        refused = toy.run("up")
        assert refused.returncode == 4
        assert f"a `pulumi` works on the stack '{STACK}' (process {plain.pid}" in refused.stderr
    plain.communicate(timeout=SECONDS)
    assert plain.returncode == 0
    assert toy.log == ["begin db-server", "create db-server"]
    assert toy.run("up").returncode == 0


def test_a_lock_of_another_machine_is_not_taken_away(toy: Toy) -> None:
    toy.run("up")
    folder = toy.root / ".infra-kit" / "state" / ".pulumi" / "locks" / "organization" / "toy" / STACK
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "other.json"
    lock.write_text('{"pid": 1, "username": "ana", "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}')
    refused = toy.run("up")
    assert refused.returncode == 4
    assert "ana@elsewhere" in refused.stderr
    assert lock.exists()

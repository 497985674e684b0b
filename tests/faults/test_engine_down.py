"""`infra-kit down` where the state does not know all that runs."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.shop import Shop


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
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE  # nobody may reap an orphan at once
    return False


def test_down_after_a_killed_create_leaves_neither_process_nor_data(small: Shop) -> None:
    process = server_of(small)
    forget(small, pending=True)
    down = small.run("down")
    assert down.returncode == 0, down.stderr
    assert not runs(process)
    assert not (small.home / small.stack / "cache").exists()


def test_down_after_the_state_was_lost_stops_the_server_and_names_its_data(small: Shop) -> None:
    process = server_of(small)
    forget(small, pending=False)
    down = small.run("down")
    assert down.returncode == 0, down.stderr
    assert not runs(process)
    assert str(small.home / small.stack / "cache") in down.stdout
    assert (small.home / small.stack / "cache" / "data").exists()


def test_up_after_a_killed_create_keeps_the_server_that_stands(small: Shop) -> None:
    process = server_of(small)
    forget(small, pending=True)
    small.up()
    assert server_of(small).pid == process.pid
    assert runs(process)


@pytest.mark.parametrize("pending", [False, True])
def test_down_of_a_copied_project_leaves_the_originals_server_alone_and_says_so(
    small: Shop, tmp_path: Path, pending: bool
) -> None:
    process = server_of(small)
    subprocess.run(["cp", "-a", small.root, tmp_path / "copy"], check=True)
    copy = Shop(tmp_path / "copy", small.cli)
    if pending:
        forget(copy, pending=True)
    down = copy.run("down")
    assert down.returncode == 1
    assert f"belongs to the project in {small.root}, and this one is in {copy.root}" in down.stderr
    assert "Traceback" not in down.stderr
    assert runs(process)
    assert (small.home / small.stack / "cache").exists()


@pytest.mark.parametrize("left", ["", '{"version": 3, "checkpoint": {"stack": "org'])
def test_a_state_that_was_cut_off_is_brought_back_from_its_last_copy(small: Shop, left: str) -> None:
    process, outputs = server_of(small), small.outputs
    small.up()
    file = small.home / "state" / ".pulumi" / "stacks" / "shop" / f"{small.stack}.json"
    file.write_text(left)
    up = small.up()
    assert "its last whole copy was brought back" in up.stderr
    assert server_of(small).pid == process.pid
    assert small.outputs == outputs


def test_a_state_that_was_cut_off_before_there_was_a_copy_begins_anew_and_adopts_what_stands(small: Shop) -> None:
    process, outputs = server_of(small), small.outputs
    file = small.home / "state" / ".pulumi" / "stacks" / "shop" / f"{small.stack}.json"
    file.write_text("")
    file.with_name(f"{file.name}.bak").unlink()
    up = small.up()
    assert "begins anew: what stands is adopted" in up.stderr
    assert server_of(small).pid == process.pid
    assert small.outputs == outputs


def test_a_checksum_that_was_cut_off_is_no_obstacle(small: Shop) -> None:
    process, outputs = server_of(small), small.outputs
    file = small.home / "state" / ".pulumi" / "stacks" / "shop" / f"{small.stack}.json.attrs"
    assert file.exists()
    file.write_text("")
    small.up()
    assert server_of(small).pid == process.pid
    assert small.outputs == outputs

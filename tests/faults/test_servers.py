"""What breaks on a laptop, and what the next `infra-kit up` makes of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from infra_kit.providers.local.box import Box
from tests.engine_fixtures import cli
from tests.shop import INFRA_KIT, KINDS, Shop, open_shop

__all__ = ["cli"]

AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]
SERVERS = ("postgres", "valkey-server", "nats-server", "weed", "nginx")


@pytest.fixture
def shop(cli: Path) -> Iterator[Shop]:
    with open_shop(cli) as project:
        yield project


@pytest.fixture
def running(shop: Shop) -> Shop:
    shop.up()
    with psycopg.connect(shop.outputs["db"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(shop.outputs["cache"]) as client:
        client.set("kept", "42")
    shop.s3().put_object(Bucket=shop.outputs["bucket"], Key="kept", Body=b"42")
    return shop


def assert_all_is_there(shop: Shop) -> None:
    assert all(server.running for server in shop.servers().values())
    with psycopg.connect(shop.outputs["db"]) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    with redis.Redis.from_url(shop.outputs["cache"]) as client:
        assert client.get("kept") == b"42"
    assert shop.s3().get_object(Bucket=shop.outputs["bucket"], Key="kept")["Body"].read() == b"42"


def processes_below(shop: Shop) -> list[psutil.Process]:
    """Every server process that works in this project's home, by its working directory or its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() in SERVERS and str(shop.home) in " ".join([*process.cmdline(), process.cwd()]):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def as_root(*command: str) -> None:
    subprocess.run([*AS_ROOT, *command], check=True)


def pids(shop: Shop) -> dict[str, int | None]:
    return {name: server.pid for name, server in shop.servers().items()}


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
    running.up()
    assert running.outputs == outputs
    assert_all_is_there(running)
    assert sorted(pids(running)) == KINDS


def test_stop_keeps_the_data_and_up_brings_it_back(running: Shop) -> None:
    outputs = running.outputs
    stopped = running.run("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert processes_below(running) == []
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


@pytest.mark.parametrize("line", ["Looking at what runs", "Applying", "changed cache-server"])
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


def test_a_home_that_moved_away_from_its_data_is_refused_with_the_way_back(running: Shop) -> None:
    running.run("stop")
    elsewhere = running.root / "elsewhere" / running.home.name
    elsewhere.mkdir(mode=0o711, parents=True)
    for kept in ("state", "passphrase", "config"):
        (running.home / kept).rename(elsewhere / kept)
    variables = {**running.variables, "INFRA_KIT_HOME": str(elsewhere.parent)}
    moved = subprocess.run(
        [INFRA_KIT, "up"], cwd=running.root, env=variables, capture_output=True, text=True, check=False
    )
    assert moved.returncode == 1
    assert f"its data is in {running.home / running.stack / 'db'}" in moved.stderr
    assert not (elsewhere / running.stack).exists()


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


def test_removing_a_component_that_holds_data_is_refused(running: Shop) -> None:
    program = running.root / "program" / "__main__.py"
    whole = program.read_text()
    program.write_text("from infra_kit import Redis\nRedis('cache', memory_gb=0.05, persistence=True)\n")
    up = running.run("up")
    assert up.returncode == 3
    assert "db-server (PostgresServer) would be deleted" in up.stderr
    assert "--allow-delete db" in up.stderr
    program.write_text(whole)
    assert_all_is_there(running)


def test_no_secret_is_in_clear_in_state_logs_arguments_or_output(running: Shop) -> None:
    secrets = _secrets(running)
    assert len(secrets) >= 5
    shown = running.up()
    said = shown.stdout + shown.stderr + running.run("status").stdout
    said += subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    for file in running.home.rglob("*"):
        if file.is_file() and not _keeps_secrets(file.relative_to(running.home)):
            said += file.read_text(errors="replace")
    assert "PostgreSQL" in said
    assert "checkpoint" in said
    assert [secret for secret in secrets if secret in said] == []


def _keeps_secrets(file: Path) -> bool:
    """The files of a box that hold secrets by their nature, each of mode 0600 in a directory of mode 0700."""
    return file.name in ("server.json", "passphrase") or (len(file.parts) > 2 and file.parts[2] in ("conf", "data"))


def _secrets(shop: Shop) -> list[str]:
    """Every generated secret of every server, read from their boxes."""
    boxes = [Box(shop.home, shop.stack, name) for name in shop.servers()]
    return [secret for box in boxes for secret in box.record.secrets.values()]


def test_nothing_listens_on_a_public_address(running: Shop) -> None:
    connections = [c for process in processes_below(running) for c in process.net_connections("inet")]
    listening = {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}

"""What tests look at in a project that is up."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

import psutil
import psycopg
import pytest
import redis

from tests.shop import Shop

AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]
SERVERS = ("postgres", "valkey-server", "nats-server", "weed", "nginx")


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


def listens_on(process: psutil.Process) -> set[str]:
    """The addresses on which it listens; none where it has ended."""
    with suppress(psutil.NoSuchProcess):
        connections = process.net_connections("inet") if process.is_running() else []
        return {it.laddr.ip for it in connections if it.status == psutil.CONN_LISTEN}
    return set()


def as_root(*command: str) -> None:
    subprocess.run([*AS_ROOT, *command], check=True)


def pids(shop: Shop) -> dict[str, int | None]:
    return {name: server.pid for name, server in shop.servers().items()}


def kill_at(shop: Shop, line: str) -> None:
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

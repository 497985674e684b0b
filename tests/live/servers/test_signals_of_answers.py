"""Each signal of what says itself whether it is well, measured at its real server."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import MongoClient

from infra_kit._dynamic import Props, handler
from infra_kit.providers.local.box import Box
from infra_kit.signals import OF, Signal
from tests.live.servers import s3_client, test_auth, test_document_store, test_mailer
from tests.live.servers.measured import kill, of


@pytest.mark.parametrize(
    ("kind", "props_in"),
    [
        ("object_store", s3_client.props),
        ("auth", test_auth.props_in),
        ("mailer", test_mailer.props_in),
    ],
)
def test_it_is_up_or_down(home_dir: Path, kind: str, props_in: Any) -> None:
    props: Props = props_in(home_dir)
    handler(props).ensure(props)
    measures = of(home_dir, kind, props["name"])
    assert measures.measure() == {Signal.UPTIME: 100}
    kill(home_dir, props["name"])
    assert measures.measure() == {Signal.UPTIME: 0}


def test_a_document_store_tells_all_that_can_be_asked_of_it(home_dir: Path) -> None:
    outs = test_document_store.ensure(test_document_store.props_in(home_dir))
    measures = of(home_dir, "document_store", "docs")
    idle = measures.measure()
    with ExitStack() as open_ones:
        for _ in range(10):
            client: MongoClient[dict[str, Any]] = MongoClient(outs["private"]["url"], serverSelectionTimeoutMS=30_000)
            open_ones.enter_context(client).get_default_database()["notes"].insert_one({})
        busy = measures.measure()

    assert set(busy) == set(OF["document_store"])
    assert idle[Signal.UPTIME] == busy[Signal.UPTIME] == 100
    # Of 1000. Each client has one that asks how the server is, too, and those who made the server may not be gone yet.
    assert idle[Signal.CONNECTIONS] < 1 <= busy[Signal.CONNECTIONS] < 4
    assert 0 < busy[Signal.MEMORY] < 50
    assert busy[Signal.DISK] == pytest.approx(psutil.disk_usage(str(home_dir)).percent, abs=1)


def test_a_document_store_that_hangs_or_died_is_down(home_dir: Path) -> None:
    test_document_store.ensure(test_document_store.props_in(home_dir))
    measures = of(home_dir, "document_store", "docs")
    pid = Box(home_dir, "test", "docs").process.pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    hangs = measures.measure()
    os.kill(pid, signal.SIGCONT)
    kill(home_dir, "docs")
    dead = measures.measure()

    assert hangs[Signal.UPTIME] == dead[Signal.UPTIME] == 0
    assert dead.keys() == {Signal.UPTIME, Signal.DISK}

"""A Worker: kept running, replaced by its next version, grown with what waits for it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import nats
import pytest

from infra_kit import Consumer, Stream
from infra_kit.errors import ServerError
from infra_kit.providers.local.servers import event_bus
from infra_kit.providers.local.servers.worker import HANDLER
from tests.awaiting import until
from tests.live.servers.workloads import log, running, workload

WORKS = "import time; print('works', flush=True); time.sleep(600)"


def worker(home: Path, code: str = WORKS, **changes: Any) -> dict[str, Any]:
    settings = {"instances": 1, "backlog": None, "stop_timeout": 2.0}
    return workload(home, "worker", "scorer", sys.executable, "-c", code, **{**settings, **changes})


def instances(home: Path) -> list[int]:
    return running(home, "scorer", "-c")


def test_as_many_run_as_are_asked_for_and_one_that_dies_is_started_again(home_dir: Path) -> None:
    HANDLER.ensure(worker(home_dir, instances=2))
    first, second = instances(home_dir)

    os.kill(first, signal.SIGKILL)

    until(lambda: len(set(instances(home_dir)) - {first}) == 2)
    assert second in instances(home_dir)


def test_one_that_dies_again_and_again_is_started_less_and_less_often(home_dir: Path) -> None:
    mark = home_dir / "mark"
    waits = f"while not pathlib.Path({str(mark)!r}).exists(): time.sleep(0.05)"
    HANDLER.ensure(worker(home_dir, f"import pathlib, time\n{waits}\nraise SystemExit(4)"))
    mark.touch()

    until(lambda: "it has failed before, so the next one is started in 2 s" in log(home_dir, "scorer"))

    assert "the next one is started in 1 s" in log(home_dir, "scorer")
    assert "scorer-1 ended with status 4; another one takes its place" in log(home_dir, "scorer")


def test_a_new_version_takes_over_and_one_that_ends_at_once_does_not(home_dir: Path) -> None:
    HANDLER.ensure(worker(home_dir))
    old = instances(home_dir)

    ends = {**worker(home_dir), "command": ["/bin/sh", "-c", "echo no such table; exit 1"]}
    with pytest.raises(ServerError, match=r"(?s)the old one goes on: scorer-2 ended with status 1.*no such table"):
        HANDLER.ensure(ends)
    assert instances(home_dir) == old

    HANDLER.ensure(worker(home_dir, WORKS, environment={"VERSION": "2"}))
    assert len(instances(home_dir)) == 1
    assert instances(home_dir) != old


def test_it_grows_with_what_waits_for_its_consumer(home_dir: Path) -> None:
    url = bus(home_dir)
    backlog = {"monitor": "events", "stream": "LEADS", "consumer": "scoring", "per_instance": 10.0, "most": 3.0}
    HANDLER.ensure(worker(home_dir, backlog=backlog))
    assert len(instances(home_dir)) == 1

    asyncio.run(publish(url, 25))

    until(lambda: len(instances(home_dir)) == 3)
    grown = re.compile("3 instances instead of [12]: that is what waits for scoring")
    until(lambda: grown.search(log(home_dir, "scorer")))
    assert not HANDLER.changed(worker(home_dir, backlog=backlog), worker(home_dir, backlog=backlog))


def test_none_runs_while_nothing_waits_where_none_is_asked_for(home_dir: Path) -> None:
    url = bus(home_dir)
    backlog = {"monitor": "events", "stream": "LEADS", "consumer": "scoring", "per_instance": 10.0, "most": 3.0}
    HANDLER.ensure(worker(home_dir, instances=0, backlog=backlog))
    assert instances(home_dir) == []

    asyncio.run(publish(url, 1))

    until(lambda: len(instances(home_dir)) == 1)


def bus(home: Path) -> str:
    streams = {"LEADS": Stream(subjects=["lead.*"]).model_dump(mode="json")}
    consumers = {"scoring": Consumer(stream="LEADS").model_dump(mode="json")}
    props = {
        "kind": "local/event_bus", "home": str(home), "stack": "test", "name": "events", "retain": False,
        "streams": streams, "consumers": consumers,
    }  # fmt: skip
    return str(event_bus.HANDLER.ensure(props)[1]["private"]["url"])


async def publish(url: str, count: int) -> None:
    connection = await nats.connect(url)
    for number in range(count):
        await connection.jetstream().publish("lead.created", str(number).encode())
    await connection.close()

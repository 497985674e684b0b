"""The supervisor's parts, each by itself; tests/live/servers runs it whole."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any, cast

import pytest

from infra_kit.providers.local.programs import supervisor
from infra_kit.providers.local.programs.supervisor import backlog, front, job
from infra_kit.providers.local.programs.supervisor.fleet import Fleet
from infra_kit.providers.local.programs.supervisor.log import DAY, MAX_BYTES, MAX_FILES, Log
from infra_kit.providers.local.programs.supervisor.told import RefusedError, Told, build
from infra_kit.providers.local.programs.supervisor.wanted import Backlog, Edge, Release, Wanted
from infra_kit.providers.local.programs.supervisor.watch import Watch
from tests import awaiting

HOUR = 3600.0


def wanted(**changes: Any) -> dict[str, Any]:
    return {
        "name": "it", "version": "v", "generation": "g", "command": [sys.executable, "-c", "print('runs')"],
        "directory": "/", "environment": {}, "instances": 0, "stop_timeout": 1, "log_retention": 60, **changes,
    }  # fmt: skip


def test_it_imports_nothing_of_infra_kit() -> None:
    for source in Path(supervisor.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            module = node.module if isinstance(node, ast.ImportFrom) and not node.level else None
            assert not [name for name in (*names, module or "") if name.startswith("infra_kit")], source.name


# Its log


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Log, Path, list[float]]:
    """A log, its file, and the clock that it sees."""
    monkeypatch.setattr(Log, "take_over", lambda _: None)  # the tests keep their own output
    clock = [20_000 * float(DAY)]
    file = tmp_path / "server.log"
    return Log(file, lambda: clock[0]), file, clock


def test_a_line_says_when_and_who(written: tuple[Log, Path, list[float]]) -> None:
    log, file, _ = written
    log.say("it listens\non a port", "api-1")
    assert file.read_text() == "2024-10-04T00:00:00Z api-1 | it listens\n2024-10-04T00:00:00Z api-1 | on a port\n"


def test_a_day_is_a_file_and_goes_when_its_time_is_over(written: tuple[Log, Path, list[float]]) -> None:
    log, file, clock = written
    log.retention = 3 * DAY
    for _ in range(6):
        log.say("good morning")
        for rotated in file.parent.glob("server.log.*"):
            _age(rotated)
        clock[0] += DAY
    names = sorted(rotated.name for rotated in file.parent.glob("server.log.*"))
    assert [name[:19] for name in names] == [
        "server.log.20241006",
        "server.log.20241007",
        "server.log.20241008",
        "server.log.20241009",
    ]


def _age(rotated: Path) -> None:
    """It was written when its name says."""
    when = datetime.strptime(rotated.name.removeprefix("server.log."), "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    os.utime(rotated, (when.timestamp(), when.timestamp()))


def test_a_talkative_program_fills_no_disk(written: tuple[Log, Path, list[float]]) -> None:
    log, file, clock = written
    for _ in range(2 * MAX_FILES):
        file.write_text("x" * MAX_BYTES)
        log.say("and on it goes")
        clock[0] += 1
    assert len(list(file.parent.glob("server.log.*"))) == MAX_FILES


# Its nginx


def test_nginx_is_told_of_those_that_are_well_alone() -> None:
    text = front.render(Path("/box"), Edge("nginx", 20_001, sticky=False), [30_001, 30_002], count=False)

    assert "server 127.0.0.1:30001 max_fails=0;" in text
    assert "server 127.0.0.1:30002 max_fails=0;" in text
    assert "listen 127.0.0.1:20001;" in text
    assert "access_log off;" in text
    assert "sticky" not in text


def test_where_none_is_well_it_says_so_at_once() -> None:
    text = front.render(Path("/box"), Edge("nginx", 20_001, sticky=True), [], count=True)

    assert "return 503;" in text
    assert "Retry-After" in text
    assert "upstream" not in text


# How it watches


def fleet(*failed_checks: int, well: int | None = None) -> Fleet:
    members = [SimpleNamespace(failed_checks=failed) for failed in failed_checks]
    return cast(Fleet, SimpleNamespace(members=members, well=len(members) if well is None else well))


def watched(it: Fleet, statuses: list[int], **asked: Any) -> None:
    release = Release("rolling", (), 0, **{"watch": 0.3, "max_failed_checks": 2, **asked})
    watch = Watch()
    watch.begin()
    for status in statuses:
        watch.count(status)
    asyncio.run(watch.until_over(it, release, asyncio.Event()))


def test_a_version_that_answers_well_stands_its_test() -> None:
    watched(fleet(0, 1), [200] * 95 + [500] * 5, max_error_percent=5)


def test_more_errors_than_may_be_take_it_back_at_once() -> None:
    with pytest.raises(RefusedError, match=r"6\.0 % of 100 answers were errors \(5xx\).*at most 5 %"):
        watched(fleet(0), [200] * 94 + [503] * 6, max_error_percent=5, watch=HOUR)


def test_a_single_answer_says_nothing_before_the_time_is_over() -> None:
    with pytest.raises(RefusedError, match=r"100\.0 % of 1 answers"):
        watched(fleet(0), [500], max_error_percent=5)


def test_failed_checks_in_a_row_and_a_dead_instance_take_it_back() -> None:
    with pytest.raises(RefusedError, match="2 health checks in a row failed"):
        watched(fleet(0, 2), [], watch=HOUR)
    with pytest.raises(RefusedError, match="an instance of it failed"):
        watched(fleet(0, 0, well=1), [], watch=HOUR)


def test_the_watch_is_over_when_another_version_is_wanted() -> None:
    async def run() -> None:
        superseded = asyncio.Event()
        superseded.set()
        await Watch().until_over(fleet(0), Release("rolling", (), 0, HOUR, 2), superseded)

    asyncio.run(asyncio.wait_for(run(), 60))


# How a worker grows


@pytest.fixture
def monitor() -> Iterator[Backlog]:
    """A NATS server's monitor that tells of 12 events that wait, and 9 that are being worked on."""
    detail = [{"name": "scoring", "num_pending": 12, "num_ack_pending": 9}, {"name": "other", "num_pending": 500}]
    told = {"account_details": [{"stream_detail": [{"name": "LEADS", "consumer_detail": detail}]}]}

    class Monitor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Monitor)
    Thread(target=server.serve_forever).start()
    yield Backlog(f"http://127.0.0.1:{server.server_port}", "LEADS", "scoring", per_instance=10, most=8)
    server.shutdown()
    server.server_close()


def test_what_waits_and_what_is_worked_on_asks_for_instances(monitor: Backlog) -> None:
    assert backlog.instances(monitor, least=1) == 3


def test_never_fewer_than_the_least_nor_more_than_the_most(monitor: Backlog) -> None:
    assert backlog.instances(monitor, least=5) == 5
    assert backlog.instances(Backlog(monitor.monitor, "LEADS", "scoring", 1, 8), least=1) == 8


def test_a_bus_that_does_not_answer_changes_nothing() -> None:
    assert backlog.instances(Backlog("http://127.0.0.1:9", "LEADS", "scoring", 10, 8), least=1) is None


def test_it_shrinks_only_after_a_calm_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(backlog, "CALM_SECONDS", 0.3)
    monkeypatch.setattr(backlog, "instances", lambda *_: 1)
    counts: list[tuple[float, int]] = []

    async def run() -> None:
        loop, resized = asyncio.get_running_loop(), asyncio.Event()
        members = [object()] * 3

        async def resize(_: Fleet, count: int) -> None:
            counts.append((loop.time(), count))
            members[:] = members[:count]
            resized.set()

        it = SimpleNamespace(members=members, wanted=SimpleNamespace(instances=1))
        workload = SimpleNamespace(
            fleet=it, changing=asyncio.Lock(), resize=resize, log=SimpleNamespace(say=lambda _: None)
        )
        began = loop.time()
        following = asyncio.create_task(backlog.follow(cast(Any, workload), Backlog("", "", "", 1, 3)))
        await asyncio.wait_for(resized.wait(), 60)
        following.cancel()
        assert [count for _, count in counts] == [1]
        assert counts[0][0] - began >= 0.3

    asyncio.run(run())


# How a job is scheduled


def test_runs_never_overlap_and_times_that_a_run_outlasts_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Due every 0.2 s, each run takes 0.5 s and leaves the times of its begin and end."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(job, "CronSim", lambda _, now: iter([now + timedelta(seconds=0.2)]))
    code = "import time; print('begin', time.time(), flush=True); time.sleep(0.5); print('end', time.time())"
    told = wanted(command=[sys.executable, "-c", code], runs={"schedule": "* * * * *", "timeout": 60, "retries": 0})
    (tmp_path / "data").mkdir()
    said = tmp_path / "server.log"

    async def run() -> None:
        it = job.Job(tmp_path, Log(said), Told(tmp_path), asyncio.Event())
        await it.apply(json.dumps(told))
        await asyncio.to_thread(awaiting.until, lambda: said.exists() and said.read_text().count("end ") >= 2, 60)
        await it.stop()

    asyncio.run(run())
    lines = [line.partition(" | ")[2].split()[0] for line in said.read_text().splitlines()]
    marks = [word for word in lines if word in ("begin", "end")]
    assert marks[:4] == ["begin", "end", "begin", "end"]
    assert "begin begin" not in " ".join(marks)


# What it is told, and tells


def test_what_is_wanted_is_read_with_all_its_parts() -> None:
    read = Wanted.of(wanted(edge={"program": "nginx", "port": 1, "sticky": True}, runs=None))
    assert read.edge == Edge("nginx", 1, sticky=True)
    assert read.runs is None


def test_what_is_served_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    told = Told(tmp_path)
    told.serves(Wanted.of(wanted()), "its text", well=2)

    assert told.last_good() == "its text"
    assert told.served().items() >= {"generation": "g", "well": 2, "build": build()}.items()
    assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.rglob("*.json")} == {"0o600"}

"""Logs over real servers: a program that speaks, a sink that comes and goes, a bucket that lines are archived in."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra_kit.errors import ConfigError
from infra_kit.providers.common.log_collector.archive import Archive, Bucket
from infra_kit.providers.common.log_collector.kept import Kept, LogClass
from infra_kit.providers.local import inventory
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import redis, worker
from infra_kit.providers.local.servers.logs import HANDLER
from tests.awaiting import until
from tests.live.operations.backups import bucket
from tests.live.servers.measured import cache
from tests.live.servers.s3_client import s3
from tests.live.servers.workloads import processes, running, workload
from tests.unit.providers.common.log_collector import standing_in
from tests.unit.providers.common.log_collector.standing_in import DAY, MIDDAY, Taken

TOKEN = "hush-of-the-sink"
CLASSES = {
    "application": {"keep": 30, "here": 30, "archived": False},
    "audit": {"keep": 2555, "here": 30, "archived": False},
}
SPEAKS = """
import json, sys, time
for number in range(int(sys.argv[1])):
    done = json.dumps({"message": f"done {number}", "class": "audit"})
    print(f"line {number}" if number % 5 else done, flush=True)
    time.sleep(0.01)
time.sleep(600)
"""


@pytest.fixture
def taken() -> Iterator[Taken]:
    with standing_in.sink() as it:
        yield it


def speaker(home: Path, count: int) -> dict[str, Any]:
    own = {"instances": 1, "backlog": None, "stop_timeout": 2.0}
    return workload(home, "worker", "mailer", sys.executable, "-c", SPEAKS, str(count), **own)


def logs(home: Path, url: str, **changes: Any) -> dict[str, Any]:
    sink = {"name": "sink", "url": url, "headers": {}, "token": TOKEN, "classes": ["application", "audit"]}
    of = {"mailer": {"kind": "worker", "servers": ["mailer"]}, "cache": {"kind": "redis", "servers": ["cache"]}}
    return {
        "kind": "local/logs", "home": str(home), "stack": "test", "name": "logs", "retain": False, "of": of,
        "classes": CLASSES, "sinks": [sink], "bucket": None, "prefix": "shop/test/logs", **changes,
    }  # fmt: skip


def spoken(taken: Taken) -> list[str]:
    """What the program said, without what its supervisor did."""
    lines = [it["message"] for it in taken.lines if it["component"] == "mailer" and it["part"] == "mailer-1"]
    return sorted(lines, key=lambda text: int(text.split()[1]))


def collectors(home: Path) -> list[psutil.Process]:
    return [psutil.Process(it) for it in running(home, "logs", "infra_kit.providers.local.programs.logs")]


def said(count: int) -> list[str]:
    return [f"done {number}" if number % 5 == 0 else f"line {number}" for number in range(count)]


def test_what_real_servers_say_is_kept_by_class_and_shipped_through_kills_and_absences(
    home_dir: Path, taken: Taken, capfd: pytest.CaptureFixture[str]
) -> None:
    redis.HANDLER.ensure(cache(home_dir))
    worker.HANDLER.ensure(speaker(home_dir, 400))
    HANDLER.ensure(logs(home_dir, taken.url))
    until(lambda: len(spoken(taken)) > 20)
    refused = threading.Event()

    def refuse(_: Any) -> int:
        refused.set()
        return 503

    taken.answer = refuse
    # One after the other: what was taken before the first that is refused is noted as shipped.
    until(refused.is_set)
    for _ in range(2):
        (collector,) = collectors(home_dir)
        os.kill(collector.pid, signal.SIGKILL)
        until(lambda dead=collector: [it for it in collectors(home_dir) if it != dead])  # type: ignore[misc]
    taken.answer = lambda _: 200
    until(lambda: len(spoken(taken)) >= 400, 60)

    assert spoken(taken) == said(400)
    assert {it["component"] for it in taken.lines} == {"mailer", "cache"}
    assert {header["Authorization"] for header in taken.headers} == {f"Bearer {TOKEN}"}
    audit = inventory.kept("test", home_dir, ("mailer", "audit"), 500).lines
    assert [json.loads(line)["message"] for line in audit] == [it for it in said(400) if it.startswith("done")]
    assert len(inventory.kept("test", home_dir, ("logs", "application"), 7).lines) == 7
    with pytest.raises(ConfigError, match="--class audits: no Logs on this machine keeps it; there is application"):
        inventory.kept("test", home_dir, ("mailer", "audits"), 5)
    _is_nowhere_to_be_seen(home_dir)
    assert TOKEN not in "".join(capfd.readouterr())


def _is_nowhere_to_be_seen(home: Path) -> None:
    """The token stands in the one file that tells it, which its owner alone reads."""
    box = Box(home, "test", "logs")
    holds = [file for file in box.path.rglob("*") if file.is_file() and TOKEN.encode() in file.read_bytes()]
    assert holds == [box.conf / "told.json"]
    assert stat.S_IMODE(holds[0].stat().st_mode) == 0o600
    assert not any(TOKEN in " ".join(it.cmdline()) for it in processes(home, "logs"))


def test_what_is_archived_is_in_the_bucket_and_goes_when_its_time_is_over(home_dir: Path, tmp_path: Path) -> None:
    outs, told = bucket(home_dir, "offsite")
    clock = standing_in.Clock()
    kept = Kept(tmp_path, {"audit": LogClass(keep=60, here=1, archived=True)}, clock)
    kept.write("audit", b'{"message":"role given"}\n')
    kept.settled(kept.commit())
    clock.now += 3601
    kept.turn()
    kept.settled(kept.commit())
    kept.compress()
    archive = Archive(Bucket(told), "shop/test/logs", kept, tmp_path)
    archive.step(standing_in.date_of(MIDDAY))
    name = "shop/test/logs/audit/2026-03-01.000000.ndjson.gz"
    found = s3(outs).get_object(Bucket=told["bucket"], Key=name)["Body"].read()
    assert gzip.decompress(found) == b'{"message":"role given"}\n'
    clock.now += 2 * DAY
    kept.expire(archive.has)
    assert not list(tmp_path.rglob("2026-03-01.000000*"))
    again = Archive(Bucket(told), "shop/test/logs", kept, tmp_path)
    again.step(standing_in.date_of(MIDDAY + 60 * DAY))
    assert [it["Key"] for it in s3(outs).list_objects_v2(Bucket=told["bucket"])["Contents"]] == [name]
    again.step(standing_in.date_of(MIDDAY + 61 * DAY))
    assert "Contents" not in s3(outs).list_objects_v2(Bucket=told["bucket"])


def test_a_bucket_that_is_away_or_refuses_costs_nothing_that_is_here(home_dir: Path, tmp_path: Path) -> None:
    _, told = bucket(home_dir, "offsite")
    clock = standing_in.Clock()
    kept = Kept(tmp_path, {"audit": LogClass(keep=60, here=1, archived=True)}, clock)
    kept.write("audit", b"{}\n")
    clock.now += 3 * DAY
    kept.turn()
    kept.settled(kept.commit())
    kept.compress()
    for wrong, why in (({"secret_key": "another"}, "403"), ({"s3_endpoint": "http://127.0.0.1:1"}, "refused")):
        archive = Archive(Bucket({**told, **wrong}), "shop/test/logs", kept, tmp_path)
        archive.step(standing_in.date_of(clock.now))
        assert why in archive.failure
        kept.expire(archive.has)
    assert [file.name for file in tmp_path.rglob("*.gz")] == ["2026-03-01.000000.ndjson.gz"]

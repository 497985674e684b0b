"""Each signal of a component, measured at its real server."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as client

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import event_bus, gateway_certificates, object_store, postgres_roles, redis
from infra_kit.providers.local.servers import job as jobs
from infra_kit.providers.local.servers import worker as workers
from infra_kit.providers.local.servers.gateway import HANDLER as GATEWAY
from infra_kit.providers.local.servers.service import HANDLER as SERVICE
from infra_kit.providers.local.signals.probe import Figures, Probe, Source
from infra_kit.providers.local.signals.probes import probe
from infra_kit.signals import OF, Signal
from tests.awaiting import until
from tests.live.servers import cdn_client, database, gateway_client, nats_client, s3_client, workloads
from tests.live.servers.origin import Origin


def of(home: Path, kind: str, *servers: str, report: str = "") -> Probe:
    return probe(Source(home, "test", kind, servers, report))


def kill(home: Path, name: str) -> None:
    process = psutil.Process(Box(home, "test", name).process.pid)
    process.kill()
    process.wait(10)


def test_a_postgres_tells_all_that_can_be_asked_of_it(home_dir: Path) -> None:
    wanted = database.props_in(home_dir)
    url = database.url(database.ensure(wanted))
    measures = of(home_dir, "postgres", "db")
    idle = measures.measure()
    with ExitStack() as open_ones:
        sessions = [open_ones.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(48)]
        for begin in range(3):
            sessions[begin].execute("SELECT count(*) FROM generate_series(1, 3_000_000)")
        busy = measures.measure()

    assert set(OF["postgres"]) - set(busy) == {Signal.REPLICA_LAG}  # it has no replica
    assert idle[Signal.UPTIME] == busy[Signal.UPTIME] == 100
    assert idle[Signal.CONNECTIONS] == 0
    assert busy[Signal.CONNECTIONS] == pytest.approx(100 * 48 / 97)  # 3 of 100 are the superuser's
    assert 1 < busy[Signal.CPU] <= 100
    assert 0 < idle[Signal.MEMORY] < busy[Signal.MEMORY] < 50
    assert busy[Signal.DISK] == pytest.approx(psutil.disk_usage(str(home_dir)).percent, abs=1)


def test_a_postgres_without_a_connection_left_still_tells_so(home_dir: Path) -> None:
    url = database.url(database.ensure({**database.props_in(home_dir), "parameters": {"max_connections": "10"}}))
    with ExitStack() as open_ones:
        for _ in range(7):
            open_ones.enter_context(psycopg.connect(url))
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)

        figures = of(home_dir, "postgres", "db").measure()

    assert (figures[Signal.CONNECTIONS], figures[Signal.UPTIME]) == (100, 100)


def test_a_postgres_that_died_or_hangs_is_down(home_dir: Path) -> None:
    wanted = database.props_in(home_dir)
    database.ensure(wanted)
    measures = of(home_dir, "postgres", "db")
    os.kill(database.pid(wanted), signal.SIGSTOP)
    hangs = measures.measure()
    os.kill(database.pid(wanted), signal.SIGCONT)
    kill(home_dir, "db")
    dead = measures.measure()

    assert hangs[Signal.UPTIME] == dead[Signal.UPTIME] == 0
    assert Signal.CONNECTIONS not in dead
    assert Signal.CPU not in dead


def test_a_replicas_lag_grows_from_what_it_has_not_replayed_also_when_it_is_dead(home_dir: Path) -> None:
    wanted = database.props_in(home_dir)
    primary = database.ensure(wanted)
    replica = {**wanted, "name": "db-replica-1", "primary": "db", "primary_port": primary["public"]["port"]}
    database.ensure(replica)
    measures = of(home_dir, "postgres", "db", "db-replica-1")

    def lag() -> float:
        return measures.measure()[Signal.REPLICA_LAG]

    until(lambda: lag() == 0)
    with _superuser(home_dir, "db-replica-1") as replaying:
        replaying.execute("SELECT pg_wal_replay_pause()")
    _write(primary)
    measures.measure()
    begun = time.monotonic()
    until(lambda: lag() > 1)
    assert lag() == pytest.approx(time.monotonic() - begun, abs=0.5)
    with _superuser(home_dir, "db-replica-1") as replaying:
        replaying.execute("SELECT pg_wal_replay_resume()")
    until(lambda: lag() == 0)

    kill(home_dir, "db-replica-1")
    _write(primary)
    until(lambda: lag() > 1)
    assert measures.measure()[Signal.UPTIME] == 50


def _superuser(home: Path, name: str) -> psycopg.Connection:
    return postgres_roles.connect(Box(home, "test", name).record)


def _write(primary: Props) -> None:
    with psycopg.connect(database.url(primary), autocommit=True) as writer:
        writer.execute("CREATE TABLE IF NOT EXISTS news ()")
        writer.execute("SELECT txid_current()")


def cache(home: Path) -> Props:
    return {
        "kind": "local/redis", "home": str(home), "stack": "test", "name": "cache", "retain": False,
        "memory_gb": 0.05, "eviction": "noeviction", "databases": 16, "persistence": False,
    }  # fmt: skip


def test_a_redis_tells_how_full_it_is_and_how_many_reads_find_something(home_dir: Path) -> None:
    outs = redis.HANDLER.ensure(cache(home_dir))[1]
    measures = of(home_dir, "redis", "cache")
    empty = measures.measure()
    with client.Redis.from_url(outs["private"]["url"]) as session:
        session.set("big", b"x" * 20_000_000)
        for key in ("big", "big", "big", "nothing"):
            session.strlen(key)
        figures = measures.measure()

    assert set(figures) == set(OF["redis"])
    assert empty[Signal.UPTIME] == 100
    assert Signal.CACHE_HITS not in empty  # nobody has read
    assert figures[Signal.CACHE_HITS] == 75
    assert empty[Signal.MEMORY] < 10
    assert 35 < figures[Signal.MEMORY] < 80
    assert empty[Signal.CONNECTIONS] == 0
    assert figures[Signal.CONNECTIONS] == pytest.approx(0.01)


def test_a_redis_that_died_is_down_and_counts_anew_when_it_is_back(home_dir: Path) -> None:
    redis.HANDLER.ensure(cache(home_dir))
    measures = of(home_dir, "redis", "cache")
    measures.measure()
    kill(home_dir, "cache")

    assert measures.measure() == {Signal.UPTIME: 0}

    url = redis.HANDLER.ensure(cache(home_dir))[1]["private"]["url"]
    measures.measure()
    with client.Redis.from_url(url) as session:
        session.get("nothing")
    assert measures.measure()[Signal.CACHE_HITS] == 0


def test_an_object_store_is_up_or_down(home_dir: Path) -> None:
    object_store.HANDLER.ensure(s3_client.props(home_dir))
    measures = of(home_dir, "object_store", "files")
    assert measures.measure() == {Signal.UPTIME: 100}
    kill(home_dir, "files")
    assert measures.measure() == {Signal.UPTIME: 0}


def test_a_bus_tells_what_waits_since_when_and_what_was_given_up(home_dir: Path) -> None:
    wanted = nats_client.bus(home_dir)
    outs = nats_client.ensure({**wanted, "consumers": {"crm": {**nats_client.CRM, "max_deliveries": 1.0}}})
    measures = of(home_dir, "event_bus", "bus")
    calm = measures.measure()
    for _ in range(3):
        nats_client.publish(outs)
    begun = time.monotonic()
    address = outs["public"]["consumers"]["crm"]
    nats_client.take(outs, address, nats_client.acknowledge)
    until(lambda: measures.measure()[Signal.BACKLOG_AGE] > 1)
    waiting, waited = measures.measure(), time.monotonic() - begun
    nats_client.take(outs, address, nats_client.give_up)
    given_up = measures.measure()

    assert set(calm) == set(OF["event_bus"])
    assert calm == {Signal.UPTIME: 100, Signal.BACKLOG: 0, Signal.BACKLOG_AGE: 0, Signal.DEAD_LETTERS: 0}
    assert waiting[Signal.BACKLOG] == 2
    assert waiting[Signal.BACKLOG_AGE] == pytest.approx(waited, abs=1)
    assert (given_up[Signal.BACKLOG], given_up[Signal.DEAD_LETTERS]) == (1, 1)
    nats_client.take(outs, outs["public"]["dead_letters"]["crm"], nats_client.acknowledge)
    assert measures.measure()[Signal.DEAD_LETTERS] == 0
    kill(home_dir, "bus")
    assert measures.measure() == {Signal.UPTIME: 0}
    assert event_bus.HANDLER.changed(wanted, wanted)


def test_a_cdn_tells_its_answers_of_the_last_minute(home_dir: Path, origin: Origin) -> None:
    visitor = cdn_client.serve(home_dir, {"/*": cdn_client.route(origin.url)})
    visitor.get("/before")
    measures = of(home_dir, "cdn", "edge")
    quiet = measures.measure()
    for _ in range(4):
        visitor.get("/page")
    origin.status = 404
    visitor.get("/gone")
    origin.status = 503
    for path in ("/one", "/two", "/three"):
        visitor.get(path)
    until(lambda: measures.measure().get(Signal.ERRORS, 0) > 30)
    figures = measures.measure()

    assert Signal.ERRORS not in quiet  # what was before is not its affair
    assert quiet[Signal.REQUESTS] == 0
    assert set(figures) == set(OF["cdn"]) - {Signal.CERTIFICATE}
    assert figures[Signal.REQUESTS] > 0
    assert figures[Signal.ERRORS] == pytest.approx(100 * 3 / 8)
    assert figures[Signal.CLIENT_ERRORS] == pytest.approx(100 / 8)
    assert figures[Signal.CACHE_HITS] == pytest.approx(100 * 3 / 8)


def test_a_log_that_is_put_aside_is_read_on(home_dir: Path, origin: Origin) -> None:
    visitor = cdn_client.serve(home_dir, {"/*": cdn_client.route(origin.url)})
    measures = of(home_dir, "cdn", "edge")
    log = Box(home_dir, "test", "edge").path / "access.log"
    log.rename(log.with_name("access.log.1"))
    os.kill(Box(home_dir, "test", "edge").process.pid or 0, signal.SIGUSR1)
    until(log.exists)
    origin.status = 500
    visitor.get("/x")

    assert _when(measures, Signal.ERRORS)[Signal.ERRORS] == 100


def test_a_gateway_tells_its_answers_without_a_log_of_its_visitors(home_dir: Path, origin: Origin) -> None:
    visitor = gateway_client.serve(home_dir, {"/*": gateway_client.route(origin)})
    measures = of(home_dir, "gateway", "edge")
    for _ in range(19):
        visitor.get("/secret-path?token=s3cr3t")
    origin.status = 500
    visitor.get("/error")
    until(lambda: measures.measure().get(Signal.ERRORS, 0) > 0)
    figures = measures.measure()
    box = gateway_client.box(home_dir)

    assert set(figures) == set(OF["gateway"])
    assert figures[Signal.ERRORS] == 5
    assert 0 <= figures[Signal.LATENCY] < 5
    assert 0 <= figures[Signal.LATENCY_P95] < 5
    assert 364 < figures[Signal.CERTIFICATE] <= 365
    assert "secret-path" not in (box.path / "figures.log").read_text()
    assert "127.0.0.1" not in (box.path / "figures.log").read_text()


def _when(measures: Probe, wanted: Signal) -> Figures:
    """The first figures that have it: nginx writes its log when an answer is out."""
    until(lambda: wanted in measures.measure())
    return measures.measure()


def test_the_slowest_of_twenty_answers_is_not_the_95th_of_a_hundred(home_dir: Path) -> None:
    log = home_dir / "test" / "edge" / "figures.log"
    log.parent.mkdir(parents=True)
    log.touch()
    measures = of(home_dir, "gateway", "edge")
    log.write_text("".join(f"2026-01-01T00:00:00+00:00 200 - {0.1 if number < 19 else 9.0}\n" for number in range(20)))

    figures = measures.measure()

    assert figures[Signal.LATENCY_P95] == 0.1
    assert figures[Signal.LATENCY] == pytest.approx((19 * 0.1 + 9) / 20)


def test_a_service_tells_how_many_of_its_instances_are_well(home_dir: Path) -> None:
    workloads.serve(home_dir)
    measures = of(home_dir, "service", "api")
    measures.measure()
    well = measures.measure()
    first = next(it for it in workloads.processes(home_dir) if "app.server" in it.cmdline())
    first.suspend()
    until(lambda: measures.measure()[Signal.INSTANCES] == 50)
    first.kill()
    until(lambda: measures.measure()[Signal.INSTANCES] == 100)
    kill(home_dir, "api")

    assert set(well) == set(OF["service"])
    assert well[Signal.INSTANCES] == 100
    assert measures.measure()[Signal.INSTANCES] == 0  # nobody watches them
    assert SERVICE.changed(workloads.service(home_dir), workloads.service(home_dir))


def test_of_a_worker_that_wants_none_nothing_is_wrong(home_dir: Path) -> None:
    idle = workloads.workload(
        home_dir, "worker", "scorer", sys.executable, "-c", "import time; time.sleep(600)", instances=0, backlog=None
    )
    workers.HANDLER.ensure(idle)

    assert Signal.INSTANCES not in of(home_dir, "worker", "scorer").measure()


def job(home: Path, code: str) -> Props:
    return workloads.workload(
        home, "job", "tidy", sys.executable, "-c", code, schedule=None, timeout=10.0, retries=1, stop_timeout=1.0
    )


def test_a_job_counts_runs_that_failed_until_one_goes_well(home_dir: Path) -> None:
    measures = of(home_dir, "job", "tidy")
    failing, well = job(home_dir, "raise SystemExit(3)"), job(home_dir, "print('tidied')")
    for _ in range(2):
        with pytest.raises(ServerError):
            jobs.HANDLER.ensure(failing)
    assert measures.measure() == {Signal.FAILED_RUNS: 2}
    jobs.HANDLER.ensure(well)
    assert measures.measure() == {Signal.FAILED_RUNS: 0}


def test_a_schedule_that_nobody_keeps_is_a_run_that_failed(home_dir: Path) -> None:
    jobs.HANDLER.ensure({**job(home_dir, "print('tidied')"), "schedule": "0 3 1 1 *"})
    measures = of(home_dir, "job", "tidy")
    assert measures.measure() == {Signal.FAILED_RUNS: 0}
    kill(home_dir, "tidy")
    assert measures.measure() == {Signal.FAILED_RUNS: 1}


@pytest.mark.parametrize(
    ("kind", "field", "wanted"),
    [("backup", "last_backup", Signal.BACKUP_AGE), ("restore_drill", "last_proven_restore", Signal.DRILL_AGE)],
)
def test_the_age_of_a_backup_is_that_of_the_last_whole_one(
    home_dir: Path, kind: str, field: str, wanted: Signal
) -> None:
    box, report = Box(home_dir, "test", "safe"), home_dir / "report.json"
    measures = of(home_dir, kind, "safe", report=str(report))
    assert measures.measure() == {}  # it has not been started
    box.path.mkdir(parents=True)
    (box.path / "lock").touch()
    os.utime(box.path / "lock", (0, time.time() - 48 * 3600))
    never = measures.measure()
    report.write_text(json.dumps({field: (datetime.now(UTC) - timedelta(hours=12)).isoformat(), "failure": ""}))
    unit = 1 if wanted == Signal.BACKUP_AGE else 24

    assert never == {wanted: pytest.approx(48 / unit, rel=0.01)}
    assert measures.measure() == {wanted: pytest.approx(12 / unit, rel=0.01)}


def test_a_gateway_that_only_its_cdn_reaches_has_no_certificate(home_dir: Path, origin: Origin) -> None:
    GATEWAY.ensure(gateway_client.props(home_dir, {"/*": gateway_client.route(origin)}, fronted=True))

    assert not (gateway_client.box(home_dir).conf / gateway_certificates.CERTIFICATE).exists()
    assert Signal.CERTIFICATE not in of(home_dir, "gateway", "edge").measure()

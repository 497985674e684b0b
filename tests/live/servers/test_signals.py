"""Each signal of what holds data, measured at its real server."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest
import redis as client

from infra_kit._dynamic import Props
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import event_bus, postgres_roles, redis
from infra_kit.signals import OF, Signal
from tests.awaiting import until
from tests.live.servers import database, nats_client
from tests.live.servers.measured import cache, kill, of


def test_a_postgres_tells_all_that_can_be_asked_of_it(home_dir: Path) -> None:
    wanted = database.props_in(home_dir)
    url = database.url(database.ensure(wanted))
    measures = of(home_dir, "postgres", "db")
    until(lambda: measures.measure()[Signal.CONNECTIONS] == 0)  # those that it was made by end in their time
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
    earliest = time.monotonic()
    measures.measure()
    latest = time.monotonic()
    until(lambda: lag() > 1)
    asked = time.monotonic()
    found = lag()
    assert asked - latest <= found <= time.monotonic() - earliest
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


def test_a_bus_tells_what_waits_since_when_and_what_was_given_up(home_dir: Path) -> None:
    wanted = nats_client.bus(home_dir)
    outs = nats_client.ensure(
        {**wanted, "consumers": {"crm": {**nats_client.CRM, "max_deliveries": 1.0, "ack_wait": "30s"}}}
    )
    measures = of(home_dir, "event_bus", "bus")
    calm = measures.measure()
    earliest = time.monotonic()
    for _ in range(3):
        nats_client.publish(outs)
    latest = time.monotonic()
    address = outs["public"]["consumers"]["crm"]
    nats_client.take(outs, address, nats_client.acknowledge)
    until(lambda: measures.measure()[Signal.BACKLOG_AGE] > 1)
    asked = time.monotonic()
    waiting = measures.measure()
    answered = time.monotonic()
    nats_client.take(outs, address, nats_client.give_up)
    until(lambda: measures.measure()[Signal.DEAD_LETTERS] == 1)
    given_up = measures.measure()

    assert set(calm) == set(OF["event_bus"])
    disk = pytest.approx(psutil.disk_usage(str(home_dir)).percent, abs=1)
    waits = {Signal.BACKLOG: 0, Signal.BACKLOG_AGE: 0, Signal.DEAD_LETTERS: 0}
    assert calm == {Signal.UPTIME: 100, Signal.DISK: disk, **waits}
    assert waiting[Signal.BACKLOG] == 2
    # The server has a clock of its own.
    assert asked - latest - 0.1 <= waiting[Signal.BACKLOG_AGE] <= answered - earliest + 0.1
    assert (given_up[Signal.BACKLOG], given_up[Signal.DEAD_LETTERS]) == (1, 1)
    nats_client.take(outs, outs["public"]["dead_letters"]["crm"], nats_client.acknowledge)
    assert measures.measure()[Signal.DEAD_LETTERS] == 0
    kill(home_dir, "bus")
    dead = measures.measure()
    assert dead == {Signal.UPTIME: 0, Signal.DISK: disk}
    assert event_bus.HANDLER.changed(wanted, wanted)

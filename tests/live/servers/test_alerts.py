"""Alerts over real servers: when they begin and end, who is told, and what the checker survives."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra_kit.providers.local import alerts_file, inventory
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import redis
from infra_kit.providers.local.servers.alerts import HANDLER
from tests.awaiting import until
from tests.live.servers.hook import SECRET, Hook, alerts, box, log, rule, standing
from tests.live.servers.measured import cache, kill
from tests.live.servers.workloads import processes, running

DOWN = ("firing", "down", "cache")
UP = ("resolved", "down", "cache")


@pytest.fixture
def hook() -> Iterator[Hook]:
    it = Hook()
    yield it
    it.answers.set()
    it.shutdown()
    it.server_close()


@pytest.fixture
def home(home_dir: Path) -> Path:
    """With a Redis."""
    redis.HANDLER.ensure(cache(home_dir))
    return home_dir


def checkers(home: Path) -> list[psutil.Process]:
    return [psutil.Process(it) for it in running(home, "alerts", "infra_kit.providers.local.programs.alerts")]


def noted(home: Path) -> bool:
    """Whether it is on the disk that a route was told."""
    told = box(home).data / "told.json"
    return told.exists() and "down cache" in told.read_text()


def test_a_killed_server_is_told_within_one_look_and_that_it_is_back(home: Path, hook: Hook) -> None:
    every = 2.0
    HANDLER.ensure(alerts(home, {"cache": "redis"}, [rule("cache")], every=every, routes={"P0": {"webhook": hook.url}}))
    until(lambda: standing(home)["down cache"].value == 100)
    kill(home, "cache")
    states: set[str] = set()

    def told() -> bool:
        states.add(standing(home)["down cache"].state)
        return bool(hook.told)

    until(told)
    firing = standing(home)["down cache"]
    redis.HANDLER.ensure(cache(home))
    until(lambda: len(hook.told) > 1)

    assert states <= {"ok", "firing"}, "the first look that finds it down tells it"
    assert hook.heard() == [DOWN, UP]
    begun, over = hook.told
    assert begun["since"] == over["since"] == firing.since < over["ended"]
    assert (begun["level"], begun["says"], begun["value"], begun["unit"]) == ("P0", "uptime < 100.0 % for 1s", 0, "%")
    assert (firing.state, standing(home)["down cache"].state) == ("firing", "ok")


def test_what_does_not_last_is_told_to_nobody(home: Path, hook: Hook) -> None:
    lasting = [rule("cache", lasting=30.0)]
    HANDLER.ensure(alerts(home, {"cache": "redis"}, lasting, routes={"P0": {"webhook": hook.url}}))
    kill(home, "cache")
    until(lambda: standing(home)["down cache"].state == "pending")
    redis.HANDLER.ensure(cache(home))
    until(lambda: standing(home)["down cache"].state == "ok")

    assert hook.tried == 0


def test_a_level_is_told_by_its_own_routes_alone(home: Path, hook: Hook) -> None:
    other = Hook()
    rules = [
        rule("cache"),
        rule("cache", name="low", level="P2", told="P2"),
        rule("cache", name="quiet", level="P3", told=None),
    ]
    routes = {"P0": {"webhook": hook.url}, "P2": {"slack": other.url}}
    HANDLER.ensure(alerts(home, {"cache": "redis"}, rules, routes=routes))
    kill(home, "cache")
    until(lambda: hook.told and other.told)

    assert hook.heard() == [DOWN]
    assert other.told[0].keys() == {"text"}
    assert other.told[0]["text"].startswith("*P2 cache: uptime < 100.0 % for 1s*\nIt was 0 % then. Wrong since 20")
    assert {it.state for it in standing(home).values()} == {"firing"}
    other.shutdown()


def test_a_bad_route_delays_nobody_else_and_is_told_when_it_hears(home: Path, hook: Hook) -> None:
    hangs, refuses = Hook(), Hook()
    hangs.answers.clear()
    refuses.status = 500
    routes = {"P0": {"webhook": hook.url, "slack": hangs.url}, "P1": {"webhook": refuses.url}}
    rules = [rule("cache"), rule("cache", name="low", level="P1", told="P1")]
    HANDLER.ensure(alerts(home, {"cache": "redis"}, rules, routes=routes))
    kill(home, "cache")
    until(lambda: hook.told)
    assert "slack of P0 was not told" not in log(home), "the one that hangs was not waited for"
    until(lambda: refuses.tried > 1)
    assert refuses.told == []
    refuses.status = 200
    until(lambda: refuses.told)

    assert refuses.heard() == [("firing", "low", "cache")]
    said = "webhook of P1 was not told of 'P1 cache: uptime < 100.0 % for 1s': it was answered with 500"
    until(lambda: said in log(home))
    hangs.answers.set()
    until(lambda: hangs.told)
    for server in (hangs, refuses):
        server.shutdown()


def test_the_checker_outlives_a_crash_of_itself_and_tells_nothing_twice(home: Path, hook: Hook) -> None:
    HANDLER.ensure(alerts(home, {"cache": "redis"}, [rule("cache")], routes={"P0": {"webhook": hook.url}}))
    kill(home, "cache")
    until(lambda: hook.told and noted(home))
    since = standing(home)["down cache"].since
    (checker,) = checkers(home)
    checker.kill()
    checker.wait(10)
    until(lambda: len(checkers(home)) == 1)
    looked = alerts_file.read(box(home)).checked
    until(lambda: alerts_file.read(box(home)).checked > looked)

    assert standing(home)["down cache"].since == since
    redis.HANDLER.ensure(cache(home))
    until(lambda: len(hook.told) > 1)
    assert hook.heard() == [DOWN, UP]


def test_what_ended_while_nobody_looked_is_told_when_somebody_does(home: Path, hook: Hook) -> None:
    wanted = alerts(home, {"cache": "redis"}, [rule("cache")], routes={"P0": {"webhook": hook.url}})
    HANDLER.ensure(wanted)
    kill(home, "cache")
    until(lambda: hook.told and noted(home))
    inventory.stop("test", home)
    assert hook.heard() == [DOWN]
    redis.HANDLER.ensure(cache(home))
    assert HANDLER.changed(wanted, wanted)
    HANDLER.ensure(wanted)
    until(lambda: len(hook.told) > 1)

    assert hook.heard() == [DOWN, UP]


def test_stopping_a_stack_alerts_nobody(home: Path, hook: Hook) -> None:
    """The checker's name is the last of the stack's."""
    wanted = alerts(home, {"cache": "redis"}, [rule("cache")], every=0.1, routes={"P0": {"webhook": hook.url}})
    HANDLER.ensure({**wanted, "name": "watch"})

    assert inventory.stop("test", home) == ["cache", "watch"]
    assert hook.tried == 0
    (watch,) = inventory.alerts("test", home)
    assert (watch.running, watch.died) == (False, False)


def test_a_changed_rule_takes_over_and_one_that_is_gone_is_over(home: Path, hook: Hook) -> None:
    before = alerts(home, {"cache": "redis"}, [rule("cache")], routes={"P0": {"webhook": hook.url}})
    after = {**before, "rules": [rule("cache", name="dead")]}
    HANDLER.ensure(before)
    first = checkers(home)
    kill(home, "cache")
    until(lambda: hook.told)

    assert HANDLER.changed(before, after)
    HANDLER.ensure(after, before)

    until(lambda: len(hook.told) > 2)
    assert sorted(hook.heard()[1:]) == [("firing", "dead", "cache"), UP]
    assert standing(home).keys() == {"dead cache"}
    assert len(checkers(home)) == 1
    assert checkers(home) != first
    assert not HANDLER.changed(after, after)


def test_where_to_is_secret_and_stands_in_files_of_its_owner_alone(home: Path, hook: Hook) -> None:
    hook.status = 302
    gone = f"http://127.0.0.1:1/{SECRET}"
    routes = {"P0": {"webhook": hook.url, "slack": gone}, "P1": {"webhook": f"no-url-{SECRET}"}}
    rules = [rule("cache"), rule("cache", name="low", level="P1", told="P1")]
    _, outs = HANDLER.ensure(alerts(home, {"cache": "redis"}, rules, routes=routes))
    kill(home, "cache")
    whys = ("it was answered with 302", "Connection refused", "it is no URL that begins with http:// or https://")
    until(lambda: all(why in log(home) for why in whys))  # and the 302 was followed nowhere

    assert SECRET not in log(home)
    assert SECRET not in json.dumps(outs["public"])
    assert all(SECRET not in " ".join(it.cmdline()) for it in processes(home, "alerts"))
    holders = [file for file in box(home).path.rglob("*") if file.is_file() and SECRET in file.read_text()]
    assert [file.name for file in holders] == ["told.json"]
    files = [*holders, Path(outs["public"]["url"].removeprefix("file://")), box(home).data / "told.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files if file.exists()} == {0o600}


def test_one_that_hangs_delays_no_other(home: Path, hook: Hook) -> None:
    redis.HANDLER.ensure({**cache(home), "name": "other"})
    names = ["other", *(f"other-{number}" for number in range(9))]
    rules = [rule(name) for name in ("cache", *names)]
    watched = {name: {"kind": "redis", "servers": ["other"]} for name in names}
    wanted = alerts(home, {"cache": "redis"}, rules, routes={"P0": {"webhook": hook.url}})
    HANDLER.ensure({**wanted, "watched": {**wanted["watched"], **watched}})
    psutil.Process(Box(home, "test", "other").process.pid).suspend()
    kill(home, "cache")
    killed = time.monotonic()
    until(lambda: DOWN in hook.heard())

    assert time.monotonic() - killed < 15, "one after the other the ten take 20 s"
    until(lambda: ("firing", "down", "other") in hook.heard())
    psutil.Process(Box(home, "test", "other").process.pid).resume()
    until(lambda: ("resolved", "down", "other") in hook.heard())


def test_it_is_gone_with_its_box(home: Path) -> None:
    wanted = alerts(home, {"cache": "redis"}, [rule("cache")])
    HANDLER.ensure(wanted)
    (checker,) = checkers(home)

    HANDLER.delete("", wanted)

    assert not checker.is_running()
    assert not box(home).path.exists()

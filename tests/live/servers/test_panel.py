"""A Panel over real servers: who gets in, what is shown of a server that dies, what is revealed."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from redis import Redis

from infra_kit._dynamic import Props
from infra_kit.panel.facts import Plan
from infra_kit.panel.throttle import FREE
from infra_kit.panel.watcher import EVERY
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.programs.panel.source import PATIENCE
from infra_kit.providers.local.servers import redis
from infra_kit.providers.local.servers.panel import HANDLER
from tests.awaiting import until
from tests.live.servers import workloads
from tests.live.servers.measured import cache, kill
from tests.live.servers.workloads import HEALTH

PARTS = [
    {"name": "cache", "kind": "Redis", "address": "127.0.0.1:20000", "username": "default",
     "credentials": ["password"]},
    {"name": "api", "kind": "Service"},
]  # fmt: skip
SECONDS = 10.0
PAGE_EVERY = 3.0
"""Between two looks of the page itself (`panel.js`)."""
SOON = {"timeout": 1.0}
"""In which a dead server is shown as dead (the issue)."""


def panel(home: Path, **changes: Any) -> Props:
    facts = {
        "app": "shop", "stack": "test", "environment": "development", "target": "local", "parts": PARTS, "links": {},
    }  # fmt: skip
    return {
        "kind": "local/panel", "home": str(home), "stack": "test", "name": "panel", "retain": False,
        "facts": facts, "servers": {"cache": ["cache"], "api": ["api"]}, "plan": str(home / "plan.json"),
        "username": "admin", **changes,
    }  # fmt: skip


class Visitor(httpx.Client):
    def csrf(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found
        return found[1]

    def log_in(self, password: str) -> int:
        form = {"csrf": self.csrf(), "username": "admin", "password": password}
        return self.post("/login", data=form).status_code

    def state(self, part: str = "cache") -> str:
        return str(self.get("/states").json()["parts"][part]["state"])


@pytest.fixture(scope="module")
def standing(shared_home_dir: Path) -> tuple[Path, Props]:
    """A Redis and a panel that shows it."""
    redis.HANDLER.ensure(cache(shared_home_dir))
    return shared_home_dir, HANDLER.ensure(panel(shared_home_dir))[1]


@pytest.fixture
def visitor(standing: tuple[Path, Props]) -> Iterator[Visitor]:
    with Visitor(base_url=standing[1]["public"]["url"], timeout=30) as it:
        yield it


@pytest.fixture
def admin(standing: tuple[Path, Props], visitor: Visitor) -> Visitor:
    assert visitor.log_in(standing[1]["private"]["password"]) == 303
    return visitor


def test_a_dead_server_is_shown_as_dead_within_ten_seconds_and_as_up_when_it_is_back(
    standing: tuple[Path, Props], admin: Visitor
) -> None:
    home, _ = standing
    until(lambda: admin.state() == "well")
    kill(home, "cache")
    killed = time.monotonic()
    until(lambda: admin.state() == "down")
    took = time.monotonic() - killed
    assert "Down: cache" in admin.get("/").text
    redis.HANDLER.ensure(cache(home))
    until(lambda: admin.state() == "well")

    assert took < SECONDS
    assert EVERY + PATIENCE < SECONDS - PAGE_EVERY


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_service_whose_instances_die_or_hang_is_shown_as_dead_within_ten_seconds(
    standing: tuple[Path, Props], admin: Visitor, how: signal.Signals
) -> None:
    home, _ = standing
    url = workloads.serve(home, health=SOON)
    until(lambda: admin.state("api") == "well")
    instances = [process for _, process in workloads.answers(url)]
    sick = workloads.box(home).data / "volumes" / "notes" / "sick"
    sick.write_text("all")  # those that take their place are not well either
    for process in instances:
        os.kill(process, how)
    ended = time.monotonic()
    until(lambda: admin.state("api") == "down")
    took = time.monotonic() - ended
    assert "0 of 2 instances are well" in admin.get("/").text
    sick.unlink()
    until(lambda: admin.state("api") == "well")

    assert took < SECONDS
    # The second check that fails ends when its time is over: what was lost before it is an interval each.
    assert 2 * (HEALTH["interval"] + SOON["timeout"]) + EVERY < SECONDS - PAGE_EVERY


def test_what_is_revealed_is_the_servers_password(standing: tuple[Path, Props], admin: Visitor) -> None:
    secrets = Box(standing[0], "test", "cache").record.secrets
    form = {"csrf": admin.csrf("/"), "part": "cache", "credential": "password"}
    told = admin.post("/reveal", data=form, headers={"Accept": "application/json"})
    assert told.json() == {"value": secrets["password"]}
    assert not [it for it in secrets.values() if it in admin.get("/").text]


def test_a_servers_name_and_version_are_what_it_says_itself(standing: tuple[Path, Props], admin: Visitor) -> None:
    home, _ = standing
    told = Box(home, "test", "cache").record.secrets["password"]
    with Redis(port=Box(home, "test", "cache").record.ports[0], password=told, decode_responses=True) as client:
        info = client.info("server")
    assert info["server_name"] == "valkey"
    assert f"Redis · Valkey {info['valkey_version']}<" in admin.get("/").text


def test_the_program_knows_no_password(standing: tuple[Path, Props]) -> None:
    home, outs = standing
    told = (Box(home, "test", "panel").conf / "told.json").read_text()
    cache_password = Box(home, "test", "cache").record.secrets["password"]
    assert "$argon2id$" in told
    assert outs["private"]["password"] not in told
    assert cache_password not in told


def test_what_the_planner_leaves_is_shown_at_once(standing: tuple[Path, Props], admin: Visitor) -> None:
    assert "Not planned yet" in admin.get("/").text
    (standing[0] / "plan.json").write_text(Plan(monthly="12.00 USD", unpriced=0).model_dump_json())
    assert "12.00 USD" in admin.get("/").text


def test_another_up_leaves_the_panel_and_its_password_as_they_are(standing: tuple[Path, Props], admin: Visitor) -> None:
    home, outs = standing
    before = Box(home, "test", "panel").process.pid
    again = HANDLER.ensure(panel(home), outs)[1]
    assert again["private"] == outs["private"]
    assert Box(home, "test", "panel").process.pid == before
    assert admin.get("/").status_code == 200
    assert not HANDLER.changed(outs, panel(home))


def test_nobody_else_on_the_network_reaches_it(standing: tuple[Path, Props]) -> None:

    port = Box(standing[0], "test", "panel").record.ports[0]
    listening = {it.laddr.ip for it in psutil.net_connections("tcp") if it.laddr and it.laddr.port == port}
    assert listening == {"127.0.0.1"}


def test_a_panel_of_another_page_takes_over_at_the_same_port(standing: tuple[Path, Props], visitor: Visitor) -> None:
    home, outs = standing
    changed = panel(home, username="ops")
    assert HANDLER.changed(outs, changed)
    again = HANDLER.ensure(changed, outs)[1]
    assert again["public"] == {**outs["public"], "username": "ops"}
    form = {"csrf": visitor.csrf(), "username": "ops", "password": outs["private"]["password"]}
    assert visitor.post("/login", data=form).status_code == 303
    HANDLER.ensure(panel(home), again)


def test_wrong_passwords_are_refused_and_then_wait(visitor: Visitor) -> None:
    answers = [visitor.log_in("wrong") for _ in range(FREE + 8)]
    assert answers[:FREE] == [401] * FREE
    assert 429 in answers  # the waits double, also where a guess takes a while by itself

"""Rate limits: the windows themselves, with a clock of the test's own, and what a visitor sees."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra_kit.providers.common import gateway_nginx
from infra_kit.providers.local import kept_ports, ports
from infra_kit.providers.local.servers import nginx
from tests.awaiting import until
from tests.live.servers.gateway_client import Issuer, limit, route, serve
from tests.live.servers.origin import Origin

CLOCK = """
import limits from 'gateway_limits.js';

function ask(r) {
  r.return(200, String(limits.take(JSON.parse(r.requestText), () => r.args.who, Number(r.args.now))));
}

function network(r) {
  r.return(200, limits.network(r.args.of));
}

export default { ask, network };
"""
CONF = """
daemon off; worker_processes 1; pid {home}/pid; error_log {home}/log warn;
events {{}}
http {{
  access_log off; client_body_temp_path {home}/body; proxy_temp_path {home}/proxy;
  js_path {home}; js_import clock from clock.js; js_shared_dict_zone zone=limits:16m timeout=1d evict;
  server {{
    listen 127.0.0.1:{port};
    location /ask {{ js_content clock.ask; }}
    location /network {{ js_content clock.network; }}
  }}
}}
"""


@pytest.fixture(scope="module")
def clock() -> Iterator[httpx.Client]:
    """The script of the limits, in nginx, asked with any time."""
    with tempfile.TemporaryDirectory(prefix="infra-kit-test-") as name:
        home = Path(name)
        port = ports.pick("limits", 1, kept_ports.taken())[0]
        (home / "clock.js").write_text(CLOCK)
        (home / "gateway_limits.js").write_text(gateway_nginx.scripts()["gateway_limits.js"])
        (home / "nginx.conf").write_text(CONF.format(home=home, port=port))
        home.chmod(0o755)
        program = subprocess.Popen([str(nginx.program()), "-e", "stderr", "-p", name, "-c", str(home / "nginx.conf")])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            until(lambda: _answers(client))
            yield client
        program.terminate()
        program.wait(10)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/network", params={"of": "127.0.0.1"}).text == "127.0.0.1"
    except httpx.ConnectError:
        return False


class Visitor:
    def __init__(self, clock: httpx.Client, *limits: dict[str, Any]) -> None:
        self._clock, self._who = clock, str(random.random())
        self._limits = [gateway_nginx.counted("/*", each) for each in limits]

    def wait_at(self, now: float) -> float:
        """Asks at a moment, in seconds; how long it is told to wait, 0 when it is let through."""
        asked = {"who": self._who, "now": str(round(now * 1000))}
        return float(self._clock.post("/ask", params=asked, json=self._limits).text) / 1000

    def passes(self, *moments: float) -> list[bool]:
        return [self.wait_at(moment) == 0 for moment in moments]


def test_five_in_fifteen_minutes_is_exact_to_the_millisecond(clock: httpx.Client) -> None:
    visitor = Visitor(clock, limit(5, 900))

    assert visitor.passes(0, 10, 20, 800, 899) == [True] * 5
    assert visitor.wait_at(899.5) == 0.5
    assert visitor.passes(899.999, 900, 900.001, 909.999, 910) == [False, True, False, False, True]


def test_what_is_refused_is_not_counted(clock: httpx.Client) -> None:
    visitor = Visitor(clock, limit(2, 10))

    assert visitor.passes(0, 0, 1, 2, 3, 9.999, 10, 10) == [True, True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("requests", "per", "slack"), [(5, 900, 0), (60, 60, 0), (61, 60, 1), (1000, 60, 1), (500, 2, 0.034)]
)
def test_no_window_ever_has_more_and_nobody_waits_longer_than_a_step_too_much(
    clock: httpx.Client, requests: int, per: int, slack: float
) -> None:
    dice = random.Random(requests)
    visitor, now = Visitor(clock, limit(requests, per)), 0.0
    through: list[float] = []
    for _ in range(2 * requests + 300):
        now = round(now + dice.choice((0, 0, dice.random() * per / requests, dice.random() * per / 20)), 3)
        before = [moment for moment in through if moment > now - per]
        crowded = [moment for moment in through if moment > now - per - slack]
        if visitor.wait_at(now) == 0:
            assert len(before) < requests
            through.append(now)
        else:
            assert len(crowded) >= requests

    assert len(through) > requests


@pytest.mark.parametrize(("requests", "per"), [(5, 900), (1000, 60)])
def test_whoever_waits_as_long_as_told_gets_through_and_not_before(
    clock: httpx.Client, requests: int, per: int
) -> None:
    visitor = Visitor(clock, limit(requests, per))
    assert all(visitor.passes(*(number * 0.01 for number in range(requests))))
    now = requests * 0.01

    wait = visitor.wait_at(now)

    assert not any(visitor.passes(now + wait / 2, now + wait - 0.001))
    assert visitor.passes(now + wait) == [True]


def test_a_burst_may_come_at_once_and_is_made_up_for(clock: httpx.Client) -> None:
    visitor = Visitor(clock, limit(60, 60, burst=20))
    through = [second for second in range(1200) for passed in visitor.passes(*[second] * 3) if passed]

    first = len([second for second in through if second < 60])
    most = max(len([it for it in through if begin <= it < begin + 60]) for begin in range(1140))

    assert visitor.passes(1e6) == [True]
    assert all(Visitor(clock, limit(60, 60, burst=20)).passes(*[0] * 80))
    assert (first, most <= 80) == (80, True)
    assert 1200 <= len(through) <= 1200 + 80


def test_a_request_that_one_limit_refuses_costs_nothing_of_the_others(clock: httpx.Client) -> None:
    both = Visitor(clock, limit(10, 100), limit(1, 10))

    assert both.passes(0, *[1] * 20, 10, 20, 30, 40, 50, 60, 70, 80, 90) == [True] + [False] * 20 + [True] * 9


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"),
        ("2001:db8::1", "2001:db8:0:0"),
        ("::1", "0:0:0:0"),
        ("2001:db8:1:2::", "2001:db8:1:2"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(clock: httpx.Client, address: str, network: str) -> None:
    assert clock.get("/network", params={"of": address}).text == network


def test_a_visitor_is_told_when_to_come_back_and_others_are_not_held_back(home_dir: Path, origin: Origin) -> None:
    client = serve(home_dir, {"/*": route(origin), "/login": route(origin, limits=[limit(2, 900)])})

    answers = [client.get("/login") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 895 <= int(answers[2].headers["Retry-After"]) <= 900
    assert client.get("/other").status_code == 200
    assert len(origin.requests) == 3


def test_limits_of_the_gateway_count_over_all_routes_and_before_tokens_are_read(home_dir: Path, origin: Origin) -> None:
    issuer = Issuer()
    routes = {"/a/*": route(origin), "/b/*": route(origin, jwt=True)}
    client = serve(home_dir, routes, limits=[limit(3, 900)], jwt=issuer.settings())

    answers = [client.get(path).status_code for path in ("/a/x", "/b/x", "/a/y", "/a/z", "/b/z")]

    assert answers == [200, 401, 200, 429, 429]
    issuer.stop()


def test_users_and_tenants_are_counted_by_their_token_wherever_they_come_from(home_dir: Path, origin: Origin) -> None:
    issuer = Issuer()
    limits = [limit(2, 900, by="user"), limit(3, 900, by="claim:tenant_id")]
    client = serve(home_dir, {"/*": route(origin, jwt=True, limits=limits)}, jwt=issuer.settings())

    def status(user: str, tenant: str | None) -> int:
        return client.get("/x", headers=issuer.token(sub=user, tenant_id=tenant)).status_code

    assert [status("a", "t1"), status("a", "t1"), status("a", "t1")] == [200, 200, 429]
    assert [status("b", "t1"), status("b", "t1")] == [200, 429]
    assert [status("c", "t2"), status("d", None), status("e", None), status("f", None)] == [200] * 4
    assert status("g", None) == 429
    issuer.stop()


def test_what_was_counted_outlives_a_change_of_the_gateway_but_a_changed_limit_begins_anew(
    home_dir: Path, origin: Origin
) -> None:
    kept, changed = {"/a": route(origin, limits=[limit(1, 900)])}, {"/b": route(origin, limits=[limit(1, 900)])}
    client = serve(home_dir, kept | changed)
    assert [client.get(path).status_code for path in ("/a", "/b")] == [200, 200]

    client = serve(home_dir, {**kept, "/b": route(origin, limits=[limit(2, 900)]), "/new/*": route(origin)})

    assert [client.get(path).status_code for path in ("/a", "/b", "/b", "/b", "/new/x")] == [429, 200, 200, 429, 200]


def test_there_may_be_many_limits(home_dir: Path, origin: Origin) -> None:
    limits = [limit(1000 + number, 900) for number in range(100)]
    client = serve(home_dir, {"/*": route(origin, limits=[*limits, limit(1, 900)])})

    assert [client.get("/x").status_code for _ in range(2)] == [200, 429]

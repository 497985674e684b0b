"""The page of a Dashboard, over a real server."""

from __future__ import annotations

import http.client
import json
import re
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra_kit._dynamic import Props
from infra_kit.providers.local import inventory
from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import redis
from infra_kit.providers.local.servers.dashboard import HANDLER
from tests.awaiting import until
from tests.live.servers.conftest import STACK
from tests.live.servers.measured import cache, kill
from tests.live.servers.workloads import running

SIGNALS = ("uptime", "memory", "connections")
SECRET = "s3cr3t"


def panel(signal: str) -> dict[str, Any]:
    line = {"label": "cache", "component": "cache", "signal": signal}
    bounds = [{"value": 80.0, "level": "P1", "says": f"{signal} > 80 % for 5m"}]
    return {"title": signal.title(), "unit": "%", "says": "of it", "series": [line], "bounds": bounds}


def board(home: Path, **changes: Any) -> Props:
    return {
        "kind": "local/dashboard", "home": str(home), "stack": STACK, "name": "board", "retain": False,
        "title": "shop <board>", "every": 0.2, "shown": {"cache": {"kind": "redis", "servers": ["cache"]}},
        "rows": [{"title": "Cache", "note": "See `infra-kit cost`.", "panels": [panel(it) for it in SIGNALS]}],
        "links": {"Errors": "https://sentry.example.com/?a=1&b=2"}, **changes,
    }  # fmt: skip


def made(home: Path, **changes: Any) -> str:
    """Its address."""
    _, outs = HANDLER.ensure(board(home, **changes))
    return str(outs["public"]["url"])


def asked(url: str, path: str = "/", host: str | None = None) -> tuple[int, str, http.client.HTTPMessage]:
    place = url.removeprefix("http://").rstrip("/")
    with closing(http.client.HTTPConnection(place, timeout=10)) as connection:
        connection.request("GET", path, headers={"Host": place if host is None else host})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers


def points(url: str) -> dict[str, list[list[float]]]:
    """By the title of a chart, what is drawn in it: when, and how much."""
    _, page, _ = asked(url)
    found = re.findall(r'<figure data-lines="([^"]*)".*?<h3>([^<]*)</h3>', page)
    return {title: json.loads(unescape(lines))[0]["points"] for lines, title in found}


@pytest.fixture(scope="module")
def home(shared_home_dir: Path) -> Path:
    """With a Redis."""
    redis.HANDLER.ensure(cache(shared_home_dir))
    return shared_home_dir


@pytest.fixture(scope="module")
def url(home: Path) -> str:
    return made(home)


def pages(home: Path) -> list[psutil.Process]:
    return [psutil.Process(it) for it in running(home, "board", "infra_kit.providers.local.programs.dashboard")]


def test_it_shows_what_is_measured_of_the_server_now(home: Path, url: str) -> None:
    until(lambda: set(points(url)) == {"Uptime", "Memory", "Connections"} and all(points(url).values()))
    assert points(url)["Uptime"][-1][1] == 100
    kill(home, "cache")
    until(lambda: points(url)["Uptime"][-1][1] < 100)
    redis.HANDLER.ensure(cache(home))


def test_what_it_is_told_stands_on_it_as_text(url: str) -> None:
    _, page, _ = asked(url)
    assert "<h1>shop &lt;board&gt;</h1>" in page
    assert '<a href="https://sentry.example.com/?a=1&amp;b=2"' in page
    assert "See <code>infra-kit cost</code>." in page
    assert "<b>P1</b> memory &gt; 80 % for 5m" in page


def test_only_who_calls_this_machine_by_its_own_name_is_answered(url: str) -> None:
    """A page of somebody else's may have its own name lead here."""
    port = url.rstrip("/").rpartition(":")[2]
    statuses = {host: asked(url, host=host)[0] for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "")}
    assert asked(url, host=f"localhost:{port}")[0] == 200
    assert set(statuses.values()) == {421}, statuses
    assert "shop" not in asked(url, host="evil.example")[1]


def test_it_listens_on_the_loopback_alone_and_lets_no_other_page_in(home: Path, url: str) -> None:
    listening = {it.laddr.ip for process in pages(home) for it in process.net_connections() if it.status == "LISTEN"}
    _, _, headers = asked(url)
    assert listening == {"127.0.0.1"}
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert [asked(url, path)[0] for path in ("/page.css", "/page.js", "/page.py", "/../told.json")] == [
        200, 200, 404, 404,
    ]  # fmt: skip


def test_no_secret_of_what_it_shows_is_on_it(home: Path, url: str) -> None:
    secrets = Box(home, STACK, "cache").record.secrets.values()
    assert secrets
    shown = "".join(asked(url, path)[1] for path in ("/", "/?hours=24", "/generation"))
    assert not [it for it in secrets if it in shown]


def test_it_keeps_its_figures_when_it_dies_and_when_the_stack_is_stopped(home: Path, url: str) -> None:
    until(lambda: points(url)["Memory"])
    first = points(url)["Memory"][0][0]
    (process,) = pages(home)
    process.kill()
    process.wait(10)
    until(lambda: len(pages(home)) == 1 and HANDLER.goes_by(Box(home, STACK, "board")))
    assert points(url)["Memory"][0][0] == pytest.approx(first, abs=15)  # a point is a mean of as many seconds

    assert inventory.stop(STACK, home) == ["board", "cache"]
    redis.HANDLER.ensure(cache(home))
    assert made(home) == url
    assert points(url)["Memory"][0][0] == pytest.approx(first, abs=15)


def test_a_file_that_cannot_be_read_any_more_begins_anew(home: Path, url: str) -> None:
    file = Box(home, STACK, "board").data / "figures.sqlite"
    inventory.stop(STACK, home)
    for part in file.parent.glob("figures.sqlite-*"):
        part.unlink()
    file.write_bytes(b"this is no database" * 100)
    redis.HANDLER.ensure(cache(home))
    made(home)
    until(lambda: points(url)["Memory"])
    assert "begins anew" in Box(home, STACK, "board").process.log.read_text()


def test_what_is_told_anew_takes_over_and_nothing_is_made_anew_for_the_same(home: Path, url: str) -> None:
    before = board(home)
    after = board(home, title="another title")
    assert HANDLER.changed(before, after)
    assert made(home, title="another title") == url
    assert "<h1>another title</h1>" in asked(url)[1]
    assert not HANDLER.changed(after, after)
    assert len(pages(home)) == 1

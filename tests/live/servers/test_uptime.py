"""An Uptime's visitor: what it finds well, what not, and what Alerts read of it."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import trustme

from infra_kit._dynamic import Props
from infra_kit.providers.local import uptime_file
from infra_kit.providers.local.servers.uptime import HANDLER
from infra_kit.providers.local.signals.probe import Source
from infra_kit.providers.local.signals.probes import probe
from infra_kit.providers.local.uptime_file import Visit
from infra_kit.signals import OF, Signal
from tests.awaiting import until
from tests.live.servers import gateway_client
from tests.live.servers.hook import box
from tests.live.servers.origin import Origin


def check(path: str = "/", **changes: Any) -> dict[str, Any]:
    return {"path": path, "every": 0.2, "timeout": 30.0, **changes}


def uptime(place: Path, url: str, **checks: dict[str, Any]) -> Props:
    at = urlsplit(url)
    port = float(at.port or 0)
    address = {"secure": at.scheme == "https", "host": at.hostname, "port": port, "path": at.path.rstrip("/")}
    return {
        "kind": "local/uptime", "home": str(place), "stack": "test", "name": "outside", "retain": False,
        "address": address, "checks": checks,
    }  # fmt: skip


def seen(home: Path) -> dict[str, Visit]:
    return dict(uptime_file.read(box(home, "outside")).checks)


def visited(place: Path, url: str, **checks: dict[str, Any]) -> dict[str, Visit]:
    HANDLER.ensure(uptime(place, url, **checks))
    until(lambda: seen(place).keys() == checks.keys())
    return seen(place)


def test_each_check_is_well_or_says_why_not(home_dir: Path, origin: Origin) -> None:
    origin.body = "Grüße".encode()
    began = time.monotonic()
    found = visited(
        home_dir,
        f"{origin.url}/",
        home=check(),
        greets=check("/hello?a=b", contains="Grüße"),
        parts=check(contains="ä"),
    )

    assert (found["home"].well, found["greets"].well) == (True, True)
    assert 0 < found["home"].seconds < time.monotonic() - began
    assert (found["parts"].well, found["parts"].why) == (False, "the answer has no 'ä'")
    assert {"/", "/hello?a=b"} <= {path for path, _ in origin.requests}


@pytest.mark.parametrize(("status", "well"), [(204, True), (302, True), (399, True), (404, False), (503, False)])
def test_200_to_399_is_well(home_dir: Path, origin: Origin, status: int, well: bool) -> None:
    origin.status = status
    origin.body = b" "
    origin.answers_with = {"Location": "http://127.0.0.1:1/"} if status == 302 else {}

    assert visited(home_dir, origin.url, home=check())["home"].well == well


def test_what_is_slow_is_not_well_and_delays_no_other_check(home_dir: Path, origin: Origin) -> None:
    origin.goes_on.clear()
    other = {f"slow-{number}": check(timeout=60.0) for number in range(8)}
    HANDLER.ensure(uptime(home_dir, origin.url, home=check(timeout=0.3), **other))
    until(lambda: "home" in seen(home_dir))
    found = seen(home_dir)
    origin.goes_on.set()

    assert found.keys() == {"home"}
    assert found["home"].why == "it was not answered within 0.3 s"


def test_it_tells_when_what_was_down_is_back(home_dir: Path, origin: Origin) -> None:
    port = origin.server_port
    assert visited(home_dir, origin.url, home=check())["home"].well
    measures = probe(Source(home_dir, "test", "uptime", ("outside",)))
    assert measures.measure()[Signal.UPTIME] == 100
    origin.stop()
    until(lambda: not seen(home_dir)["home"].well)
    down = measures.measure()
    again = Origin(port)
    until(lambda: seen(home_dir)["home"].well)
    again.stop()

    def said() -> list[str]:
        return [line for line in box(home_dir, "outside").process.log.read_text().splitlines() if "home: " in line]

    until(lambda: len(said()) >= 3)

    assert down == {Signal.UPTIME: 0}
    _, down_line, back_line, *_ = said()
    # Why, is the system's: reset where the visit came before the end, refused after it.
    assert "home: it was not answered: " in down_line
    assert "home: answered in " in back_line


def test_a_gateway_of_the_stack_is_believed_and_its_certificates_days_are_told(home_dir: Path, origin: Origin) -> None:
    gateway = gateway_client.serve(home_dir, {"/*": gateway_client.route(origin)})
    found = visited(home_dir, str(gateway.base_url), home=check())["home"]
    figures = probe(Source(home_dir, "test", "uptime", ("outside",))).measure()

    assert found.well, found.why
    assert set(figures) == set(OF["uptime"])
    assert 364 < figures[Signal.CERTIFICATE] <= 365


def test_a_stranger_by_https_is_not_believed(home_dir: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    stranger = Origin(tls=context)
    found = visited(home_dir, stranger.url, home=check())["home"]
    stranger.stop()

    assert (found.well, found.certificate_days) == (False, None)
    assert found.why == "its certificate is not believed: unable to get local issuer certificate"


def test_where_its_visitor_died_nothing_was_answered_well(home_dir: Path, origin: Origin) -> None:
    visited(home_dir, origin.url, home=check())
    process = psutil.Process(box(home_dir, "outside").process.pid)
    process.kill()
    process.wait(10)

    assert probe(Source(home_dir, "test", "uptime", ("outside",))).measure() == {Signal.UPTIME: 0}


def test_another_address_takes_over_and_a_check_that_is_gone_is_forgotten(home_dir: Path, origin: Origin) -> None:
    before = uptime(home_dir, origin.url, home=check(), api=check("/api"))
    HANDLER.ensure(before)
    until(lambda: len(seen(home_dir)) == 2)
    after = uptime(home_dir, f"{origin.url}/shop", home=check())

    assert HANDLER.changed(before, after)
    HANDLER.ensure(after, before)

    assert seen(home_dir).keys() == {"home"}
    until(lambda: "/shop/" in {path for path, _ in origin.requests})
    assert not HANDLER.changed(after, after)

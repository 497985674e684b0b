"""Each signal of edges, measured at their real servers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from infra_kit.providers.local.box import Box
from infra_kit.providers.local.servers import gateway_certificates
from infra_kit.providers.local.servers.gateway import HANDLER as GATEWAY
from infra_kit.providers.local.signals.probe import Figures
from infra_kit.signals import OF, Signal
from tests.awaiting import until
from tests.live.servers import cdn_client, gateway_client
from tests.live.servers.measured import of
from tests.live.servers.origin import Origin


def test_a_cdn_tells_its_answers_of_the_last_minute(home_dir: Path, origin: Origin) -> None:
    visitor = cdn_client.serve(home_dir, {"/*": cdn_client.route(origin.url)})
    visitor.get("/before")
    log = Box(home_dir, "test", "edge").path / "access.log"
    until(lambda: log.exists() and log.read_text().endswith("\n"))  # it is noted after it was answered
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

    def found() -> Figures:
        visitor.get("/x")  # a worker writes to the old one until it has heard of the new
        return measures.measure()

    until(lambda: Signal.ERRORS in (figures := found()) and figures[Signal.ERRORS] == 100)


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


def test_the_slowest_of_twenty_answers_is_not_the_95th_of_a_hundred(home_dir: Path) -> None:
    log = home_dir / "test" / "edge" / "figures.log"
    log.parent.mkdir(parents=True)
    log.touch()
    measures = of(home_dir, "gateway", "edge")
    log.write_text("".join(f"2026-01-01T00:00:00+00:00 200 - {0.1 if number < 19 else 9.0}\n" for number in range(20)))

    figures = measures.measure()

    assert figures[Signal.LATENCY_P95] == 0.1
    assert figures[Signal.LATENCY] == pytest.approx((19 * 0.1 + 9) / 20)


def test_a_gateway_that_only_its_cdn_reaches_has_no_certificate(home_dir: Path, origin: Origin) -> None:
    GATEWAY.ensure(gateway_client.props(home_dir, {"/*": gateway_client.route(origin)}, fronted=True))

    assert not (gateway_client.box(home_dir).conf / gateway_certificates.CERTIFICATE).exists()
    assert Signal.CERTIFICATE not in of(home_dir, "gateway", "edge").measure()

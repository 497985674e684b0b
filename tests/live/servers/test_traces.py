"""The receiver of traces: a real program's spans arrive, and nobody waits for them."""

from __future__ import annotations

import http.client
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from infra_kit.providers.local import inventory
from infra_kit.providers.local.servers import service
from infra_kit.providers.local.servers.traces import HANDLER
from tests.awaiting import until
from tests.live.servers.origin import Origin
from tests.live.servers.workloads import HEALTH, RELEASE, box, log, processes, workload
from tests.spans import sent, span

TOKEN = "a-token-that-nobody-sees"


@pytest.fixture(scope="module")
def home(shared_home_dir: Path) -> Path:
    return shared_home_dir


def receiver(home: Path, sinks: dict[str, Any] | None = None) -> str:
    """Its URL."""
    props = {
        "kind": "local/traces", "home": str(home), "stack": "test", "name": "local-traces", "retain": False,
        "sinks": sinks or {},
    }  # fmt: skip
    return str(HANDLER.ensure(props)[1]["public"]["url"])


def serve(home: Path, traces: str) -> str:
    """A traced Service's URL, once it is up."""
    told = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"{traces}/api",
        "OTEL_SERVICE_NAME": "api",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "1",
        "OTEL_RESOURCE_ATTRIBUTES": "service.version=1.4",
    }
    props = workload(
        home, "service", "api", sys.executable, "-m", "app.traced",
        environment=told, health=HEALTH, release=RELEASE, instances=1, sticky_sessions=False,
    )  # fmt: skip
    return str(service.HANDLER.ensure(props)[1]["public"]["url"])


def known(traces: str, name: str) -> dict[str, Any] | None:
    found: list[dict[str, Any]] = httpx.get(f"{traces}/traces.json").json()
    return next((it for it in found if it["name"] == name), None)


def test_spans_of_a_service_show_up_and_it_answers_when_nobody_takes_them(home: Path) -> None:
    traces = receiver(home)
    api = serve(home, traces)
    httpx.get(f"{api}/orders")
    until(lambda: known(traces, "GET /orders"))
    found = known(traces, "GET /orders")

    assert found
    assert (found["service"], found["spans"], found["failed"]) == ("api", 2, 0)
    spans = httpx.get(f"{traces}/traces/{found['trace']}.json").json()
    assert [it["name"] for it in spans] == ["GET /orders", "read the ledger"]
    assert spans[1]["parent"] == spans[0]["span"]
    assert spans[0]["attributes"].items() >= {"url.path": "/orders", "service.version": "1.4"}.items()
    page = httpx.get(f"{traces}/traces/{found['trace']}").text
    assert "read the ledger" in page

    inventory_says = {it.name: it.address for it in inventory.servers("test", home)}
    assert inventory_says["local-traces"] == traces
    box(home, "local-traces").process.stop(signal.SIGTERM)
    assert [httpx.get(f"{api}/orders").text for _ in range(20)] == ["well"] * 20

    receiver(home)
    httpx.get(f"{api}/again")
    until(lambda: known(traces, "GET /again"))
    assert known(traces, "GET /orders")


def test_a_killed_receiver_is_started_again_and_has_what_it_had(home: Path) -> None:
    traces = receiver(home)
    httpx.post(f"{traces}/hand/v1/traces", json=sent(span())).raise_for_status()
    module = "infra_kit.providers.local.programs.traces"
    (program,) = [it for it in processes(home, "local-traces") if module in it.cmdline()]
    program.kill()
    until(lambda: _answers(traces))

    assert known(traces, "by hand")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def sink(origin: Origin) -> Iterator[Origin]:
    yield origin
    origin.goes_on.set()


def test_what_a_component_sends_is_handed_on_and_nobody_waits_for_that(home: Path, sink: Origin) -> None:
    sink.goes_on.clear()
    traces = receiver(home, {"sender": {"url": f"{sink.url}/otlp", "headers": {"Authorization": TOKEN}}})
    body = ExportTraceServiceRequest().SerializeToString()
    kind = {"Content-Type": "application/x-protobuf"}
    for name in ("sender", "other"):
        answer = httpx.post(f"{traces}/{name}/v1/traces", content=body, headers=kind, timeout=8)
        assert (answer.status_code, answer.content) == (200, b"")
    sink.goes_on.set()
    until(lambda: sink.requests)

    (path, headers), *others = sink.requests
    assert (path, others) == ("/otlp/v1/traces", [])
    assert (headers["authorization"], headers["content-type"]) == (TOKEN, "application/x-protobuf")
    assert TOKEN not in log(home, "local-traces")


def test_a_page_of_somebody_elses_gets_nothing(home: Path) -> None:
    traces = urlsplit(receiver(home))
    connection = http.client.HTTPConnection(str(traces.hostname), traces.port)
    for method, path in (("GET", "/traces.json"), ("POST", "/api/v1/traces")):
        body = json.dumps(sent(span()))
        connection.request(method, path, body, {"Host": "evil.example", "Content-Type": "application/json"})
        answer = connection.getresponse()
        assert (answer.status, b"by hand" in answer.read()) == (421, False)

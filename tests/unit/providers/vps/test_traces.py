"""Where the programs of a host tell of their work: reached by each alone, bounded, and kept from all others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra_kit import Job, OtlpSink, Sidecar, Tracing, Worker
from infra_kit.errors import SpecError
from infra_kit.providers.vps import tunnels
from infra_kit.providers.vps.settings import HostSize
from infra_kit.testing import Recording, record
from tests.unit.providers.vps.monitored import file
from tests.unit.providers.vps.workloads import CONTAINER, HOST, IMAGE, made, networks, on, service

SINK = OtlpSink(url="https://api.axiom.co", headers={"Authorization": "Bearer t0k$en", "X-Axiom-Dataset": "traces"})


def environment(recording: Recording, name: str = "api-instance-1") -> dict[str, str]:
    told = dict(it.split("=", 1) for it in recording.named(name).inputs["envs"])
    return {key: value for key, value in told.items() if key.startswith("OTEL_")}


def test_a_program_reaches_the_collector_in_a_network_that_only_the_two_are_in() -> None:
    kept = made(tracing=Tracing())

    assert environment(kept)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://vps-traces-collector:4318"
    assert networks(kept, "api-instance-1") == {"api-network", "api-traces-network"}
    assert kept.named("api-traces-network").inputs["internal"] is True
    assert "vps-traces-collector-id vps-traces-collector" in kept.named("api-traces-joined").inputs["stdin"]


def test_no_program_reaches_what_shows_the_traces_of_all_and_nothing_of_it_has_a_way_out() -> None:
    kept = made(tracing=Tracing())

    assert networks(kept, "vps-traces-jaeger") == networks(kept, "vps-traces-collector") == {"vps-traces-network"}
    assert kept.named("vps-traces-network").inputs["internal"] is True
    assert all(not it.inputs.get("ports") for it in kept.of_type(CONTAINER) if it.name.startswith("vps-traces"))


def test_a_host_keeps_traces_once_for_all() -> None:
    def program() -> None:
        service(tracing=Tracing())
        Worker("mailer", target=on(), image=IMAGE, command=["work"], tracing=Tracing())
        Job("nightly", target=on(), image=IMAGE, command=["work"], schedule="0 3 * * *", tracing=Tracing())

    kept = record(program)
    jaegers = [it.name for it in kept.of_type(CONTAINER) if it.name.endswith("-jaeger")]
    assert jaegers == ["vps-traces-jaeger"]
    assert {environment(kept, name)["OTEL_SERVICE_NAME"] for name in ("mailer-instance-1", "nightly-instance")} == {
        "mailer",
        "nightly",
    }


def test_what_is_kept_is_bounded_and_fills_no_disk() -> None:
    kept = made(tracing=Tracing())
    configuration = json.loads(file(kept, "vps-traces-jaeger", "jaeger.json"))

    (store,) = configuration["extensions"]["jaeger_storage"]["backends"].values()
    assert store == {"memory": {"max_traces": 10_000}}
    memory = {it.name: it.inputs["memory"] for it in kept.of_type(CONTAINER) if it.inputs.get("start") is not False}
    assert (memory["vps-traces-jaeger"], memory["vps-traces-collector"]) == (512, 128)
    assert not [it.name for it in kept.of_type("docker:index/volume:Volume")]


def test_the_memory_of_it_is_counted() -> None:
    size = HostSize(cpu=2, memory_gb=1, disk_gb=20)
    target = on()
    small = HOST.model_copy(update={"size": size})
    there = type(target)(name="vps", app="shop", environment=target.environment, settings=small)
    with pytest.raises(SpecError, match=r"vps-traces-jaeger 0\.5"):
        record(lambda: service(target=there, tracing=Tracing()))


def test_with_a_sink_a_collector_beside_the_program_sends_there_and_nothing_is_kept() -> None:
    sent = made(tracing=Tracing(to=SINK))
    told: dict[str, Any] = json.loads(file(sent, "api-collector", "collector.json"))

    assert environment(sent)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://api-collector:4318"
    assert networks(sent, "api-collector") == {"api-network"}
    assert told["exporters"]["otlphttp"] == {
        "endpoint": "https://api.axiom.co",
        # A collector takes a `$` for the beginning of a variable.
        "headers": {"Authorization": "Bearer t0k$$en", "X-Axiom-Dataset": "traces"},
    }
    assert not [it.name for it in sent.resources if it.name.startswith("vps-traces")]


def test_its_headers_stand_in_a_file_that_the_collector_alone_mounts() -> None:
    sent = made(tracing=Tracing(to=SINK))
    holders = [it for it in sent.resources if "Bearer t0k" in str(it.inputs)]

    assert [it.name for it in holders] == ["api-collector-files"]
    assert "uploads" in holders[0].secret_inputs
    mounting = [it.name for it in sent.of_type(CONTAINER) if "api-collector-files-id" in str(it.inputs.get("volumes"))]
    assert mounting == ["api-collector"]


def test_beside_sidecars_the_network_of_the_collector_is_that_of_their_host() -> None:
    kept = made(tracing=Tracing(), sidecars={"proxy": Sidecar(image=IMAGE)})
    assert "api-traces-network" in networks(kept, "api-instance-1-host")


def test_a_program_waits_for_no_collector() -> None:
    kept = made(tracing=Tracing())
    needed = kept.named("api-instance-1").options.depends_on
    assert not [urn for urn in needed if urn.endswith(("-jaeger", "-collector-ready", "-jaeger-ready"))]


def test_the_pages_are_reached_by_connect() -> None:
    assert "Traces" in tunnels.PRIVATE
    kept = made(tracing=Tracing())
    assert kept.named("vps-traces").outputs["url"] == "http://vps-traces-jaeger:16686"
    assert kept.named("vps-traces-jaeger").inputs["hostname"] == "vps-traces-jaeger"

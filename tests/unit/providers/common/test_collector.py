"""What collectors are told."""

from __future__ import annotations

import pytest

from infra_kit.components.service import ServiceSpec
from infra_kit.components.worker import WorkerSpec
from infra_kit.providers.common import collector


def test_a_collector_that_is_full_refuses_before_it_is_ended() -> None:
    limiter = collector.alone(collector.sink("http://x", {}), memory_mib=128)["processors"]["memory_limiter"]
    assert limiter == {"check_interval": "1s", "limit_mib": 102, "spike_limit_mib": 25}


def test_the_limit_is_looked_at_before_anything_is_gathered() -> None:
    made = collector.alone({"debug": {}}, memory_mib=128)
    assert made["service"]["pipelines"]["traces"] == {
        "receivers": ["otlp"],
        "processors": ["memory_limiter", "batch"],
        "exporters": ["debug"],
    }


@pytest.mark.parametrize(
    ("spec", "port"), [(ServiceSpec(), 4318), (ServiceSpec(port=4318), 4319), (WorkerSpec(), 4318)]
)
def test_beside_a_program_it_takes_a_port_that_is_not_the_programs(spec: ServiceSpec | WorkerSpec, port: int) -> None:
    made = collector.beside(spec, {"debug": {}}, memory_mib=128)
    assert made["receivers"]["otlp"]["protocols"]["http"]["endpoint"] == f"127.0.0.1:{port}"
    assert collector.endpoint_beside(spec) == f"http://127.0.0.1:{port}"


def test_a_dollar_is_written_as_a_collector_reads_it() -> None:
    assert collector.literal("a$b${env:HOME}") == "a$$b$${env:HOME}"

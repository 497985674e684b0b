"""The configuration of an OpenTelemetry collector that takes traces and sends them on
(https://opentelemetry.io/docs/collector/configuration/). JSON is YAML, and a collector reads both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from infra_kit import links
from infra_kit.components.service import ServiceSpec
from infra_kit.providers.common.tracing import PORT
from infra_kit.workloads import OtlpSink, Value, WorkloadSpec

MEMORY_MIB = 128
"""Of a collector that has nothing beside it in its image; it took 34 in a trial."""
HEALTH_PORT, HEALTH_PATH = 8888, "/metrics"
"""Where one that is alone tells its own figures, inside of its container: it answers as long as it works."""

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104  of the container
Exporter = Mapping[str, Mapping[str, Any]]
"""By its kind, e.g. `awsxray`, its options."""


def alone(exporter: Exporter, *, memory_mib: int) -> dict[str, Any]:
    """Of one in a container that is a host of its own.

    Args:
        exporter: where traces go.
        memory_mib: what it has. With four fifths of that in use it takes no more, and senders try again.
    """
    return _configuration(exporter, f"{EVERYWHERE}:{PORT}", memory_mib)


def beside(spec: WorkloadSpec, exporter: Exporter, *, memory_mib: int) -> dict[str, Any]:
    """Of one that shares the program's network: it has one port there, which is not the program's.

    Args:
        spec: of the program.
        exporter, memory_mib: as for `alone`.
    """
    made = _configuration(exporter, f"{LOOPBACK}:{port_beside(spec)}", memory_mib)
    return {**made, "service": {**made["service"], "telemetry": {"metrics": {"level": "none"}}}}


def endpoint_beside(spec: WorkloadSpec) -> str:
    """Where a program sends its spans to one beside it."""
    return f"http://{LOOPBACK}:{port_beside(spec)}"


def port_beside(spec: WorkloadSpec) -> int:
    taken = spec.port if isinstance(spec, ServiceSpec) else None
    return PORT + 1 if taken == PORT else PORT


def _configuration(exporter: Exporter, listens: str, memory_mib: int) -> dict[str, Any]:
    (kind,) = exporter
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": listens}}}},
        "processors": {
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": memory_mib * 4 // 5,
                "spike_limit_mib": memory_mib // 5,
            },
            "batch": {},
        },
        "exporters": dict(exporter),
        "service": {
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["memory_limiter", "batch"], "exporters": [kind]}
            },
        },
    }


def sink(url: str, headers: Mapping[str, str]) -> Exporter:
    """What takes OTLP over HTTP. Of its headers, a value `${env:…}` is read from the collector's environment."""
    return {"otlphttp": {"endpoint": url, "headers": dict(headers)}}


def literal(text: str) -> str:
    """As a collector reads it back, which takes a `$` for a variable's beginning."""
    return text.replace("$", "$$")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """To a sink, by a collector that finds its headers in its environment."""

    exporter: Exporter
    secrets: Mapping[str, pulumi.Output[str]]
    """By variable. Secret."""


def by_environment(to: OtlpSink) -> Sent:
    names = {header: f"INFRA_KIT_TRACES_{links.variable(header)}" for header in to.headers}
    return Sent(
        exporter=sink(to.url, {header: f"${{env:{name}}}" for header, name in names.items()}),
        secrets={name: pulumi.Output.secret(_literal(to.headers[header])) for header, name in names.items()},
    )


def _literal(value: Value) -> pulumi.Output[str]:
    return pulumi.Output.from_input(value).apply(literal)

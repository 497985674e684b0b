"""The configuration of an OpenTelemetry collector that takes traces and sends them on
(https://opentelemetry.io/docs/collector/configuration/). JSON is YAML, and a collector reads both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra_kit.providers.common.tracing import PORT

MEMORY_MIB = 128
"""Of a collector that has nothing beside it in its image; it took 34 in a trial."""
HEALTH_PORT, HEALTH_PATH = 8888, "/metrics"
"""Where it tells its own figures, inside of its container: it answers as long as it works."""

Exporter = Mapping[str, Mapping[str, Any]]
"""By its kind, e.g. `awsxray`, its options."""


def configuration(exporter: Exporter, *, listens: str, memory_mib: int) -> dict[str, Any]:
    """Args:
    exporter: where traces go.
    listens: the address that programs send to.
    memory_mib: what it has. With four fifths of that in use it takes no more, and senders try again.
    """
    (kind,) = exporter
    return {
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"{listens}:{PORT}"}}}},
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

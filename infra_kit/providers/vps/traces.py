"""Traces on a VPS: where the programs of a host tell of their work.

Where a program names no sink, its traces are kept on the host itself: once, `<target>-traces`, a component that users
do not make, but whatever is traced asks for (`of`). An OpenTelemetry collector takes them, and a Jaeger
(https://www.jaegertracing.io) behind it keeps and shows them: `infra-kit connect <target>-traces` leads to its pages.
Each program has a network with the collector alone; no program reaches the Jaeger, which shows the traces of all.

The Jaeger keeps the last 10,000 traces in its memory, and begins anew with it: on a host with some gigabytes nothing
that grows with the traffic may fill the disk, and Jaeger's own store on a disk (Badger) has no bound but age. Who wants
them for longer says `to=`.

With a sink, the program has a collector of its own beside it, in the program's own network, which has the way out; its
headers stand in a file that the collector alone mounts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import collector, tracing
from infra_kit.providers.common.collector import EVERYWHERE, HEALTH_PATH, HEALTH_PORT, MEMORY_MIB, Exporter
from infra_kit.providers.vps import images, monitoring, ssh, tools
from infra_kit.providers.vps.containers import FILES, Container, container
from infra_kit.providers.vps.link_networks import join
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.spec import Spec
from infra_kit.workloads import OtlpSink, WorkloadSpec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

ROLE = "collector"
USER = "10001:10001"
"""Of both images (https://github.com/open-telemetry/opentelemetry-collector-releases)."""
CPU = 0.25
JAEGER_MEMORY_GB, JAEGER_CPU = 0.5, 0.5
MOST_TRACES = 10_000
"""Of some 10 spans of 2 KB they fill 200 MB. Where they are much larger, the Jaeger is ended, and begins anew."""
PAGES = 16686
STORE = "memory"


class TracesSpec(Spec):
    """Nothing: what is kept comes from whoever is traced."""


@dataclass(frozen=True, kw_only=True)
class TracesEndpoint:
    """Where they are seen."""

    url: pulumi.Output[str]
    """Jaeger's pages, in its own network."""
    native: Container
    """The collector."""


class Traces(Component[TracesSpec, TracesEndpoint]):
    """What keeps the traces of a host."""

    KIND = "traces"
    SPEC = TracesSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What a program has of it: variables, and a network in which its spans are taken."""

    variables: Mapping[str, pulumi.Input[str]]
    networks: tuple[pulumi.Output[str], ...] = ()


def of(scope: Scope, spec: WorkloadSpec, network: pulumi.Output[str]) -> Traced:
    """Where the program of a workload tells of its work: nowhere, if it is not traced.

    Args:
        scope, spec: of the workload.
        network: its own, which has a way out.
    """
    asked = spec.tracing
    if asked is None:
        return Traced(variables={})

    def at(host: str) -> Mapping[str, pulumi.Input[str]]:
        return tracing.variables(scope, spec, asked, f"http://{host}:{tracing.PORT}")

    if asked.to:
        _beside(scope, asked.to, network)
        return Traced(variables=at(child(scope.name, ROLE)))
    kept = scope.shared(Traces, Traces.KIND)
    host = child(kept.name, ROLE)
    return Traced(variables=at(host), networks=(join(scope, "traces", {host: kept.endpoint.native}),))


def create(scope: Scope, spec: TracesSpec) -> TracesEndpoint:  # noqa: ARG001  every driver's form
    network = bridge(scope, "network", internal=True).name
    jaeger = container(scope, "jaeger", _jaeger(scope, network))
    there = f"http://{child(scope.name, 'jaeger')}"
    takes = json.dumps(_collects(collector.sink(f"{there}:{tracing.PORT}", {})))
    taken = container(scope, ROLE, _collector(scope, network, takes))
    return TracesEndpoint(url=ssh.after(jaeger.ready, f"{there}:{PAGES}"), native=taken)


def _beside(scope: Scope, to: OtlpSink, network: pulumi.Output[str]) -> None:
    known: pulumi.Output[Any] = pulumi.Output.from_input(dict(to.headers))
    written = known.apply(lambda headers: json.dumps(_collects(_sink(to.url, headers))))
    container(scope, ROLE, _collector(scope, network, pulumi.Output.secret(written)))


def _sink(url: str, headers: Mapping[str, str]) -> Exporter:
    return collector.sink(url, {name: collector.literal(value) for name, value in headers.items()})


def _collects(exporter: Exporter) -> Mapping[str, object]:
    return collector.alone(exporter, memory_mib=MEMORY_MIB)


def _collector(scope: Scope, network: pulumi.Output[str], configuration: pulumi.Input[str]) -> Run:
    return Run(
        image=images.pull(scope, images.OTEL_COLLECTOR, f"{ROLE}-image"),
        entrypoint=["/otelcol"],
        command=[f"--config={FILES}/collector.json"],
        user=USER,
        memory_gb=MEMORY_MIB / 1024,
        cpu=CPU,
        environment=monitoring.limits(MEMORY_MIB / 1024),
        health=tools.asks("127.0.0.1", HEALTH_PORT, HEALTH_PATH, 5),
        networks=[network],
        files={"collector.json": configuration},
        mounts=[tools.of(scope).holder],
        pids=64,
    )


def _jaeger(scope: Scope, network: pulumi.Output[str]) -> Run:
    return Run(
        image=images.pull(scope, images.JAEGER, "jaeger-image"),
        command=[f"--config={FILES}/jaeger.json"],
        user=USER,
        memory_gb=JAEGER_MEMORY_GB,
        cpu=JAEGER_CPU,
        environment=monitoring.limits(JAEGER_MEMORY_GB),
        health=tools.asks("127.0.0.1", PAGES, "/", 5),
        networks=[network],
        files={"jaeger.json": json.dumps(jaeger())},
        mounts=[tools.of(scope).holder],
        pids=64,
    )


def jaeger() -> Mapping[str, object]:
    """https://www.jaegertracing.io/docs/latest/deployment/configuration/"""
    return {
        "extensions": {
            "jaeger_storage": {"backends": {STORE: {"memory": {"max_traces": MOST_TRACES}}}},
            "jaeger_query": {
                "storage": {"traces": STORE},
                "http": {"endpoint": f"{EVERYWHERE}:{PAGES}"},
                "grpc": {"endpoint": "127.0.0.1:16685"},
            },
        },
        "receivers": {"otlp": {"protocols": {"http": {"endpoint": f"{EVERYWHERE}:{tracing.PORT}"}}}},
        "processors": {"batch": {}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": STORE}},
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["batch"], "exporters": ["jaeger_storage_exporter"]}
            },
        },
    }

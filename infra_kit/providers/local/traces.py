"""Traces on this machine: one receiver a stack, `<target>-traces`, a component that users do not make, but whatever is
traced asks for (`variables`). It keeps the latest traces and shows them on a page of its own (`infra-kit status` says
where); nothing but this machine reaches it, and everybody on this machine does, as on every loopback.

A component sends its spans to a path of its own, so that the receiver knows whose they are and hands them on where the
component says `to=`. Who sends never waits for that; and a program whose spans nobody takes goes on all the same, for
OpenTelemetry's libraries send them beside its work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.features import Feature
from infra_kit.providers.common import tracing
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.local.resource import TracesServer, server
from infra_kit.spec import Spec
from infra_kit.workloads import OtlpSink, WorkloadSpec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()


class TracesSpec(Spec):
    """Nothing: what is kept comes from whoever is traced."""


@dataclass(frozen=True)
class Handed:
    """Whose spans are handed on, and to whom."""

    component: str
    to: OtlpSink


@dataclass(frozen=True, kw_only=True)
class TracesEndpoint:
    """Where they are seen."""

    url: pulumi.Output[str]
    native: Gathered[Handed]


class Traces(Component[TracesSpec, TracesEndpoint]):
    """What keeps the traces of a stack."""

    KIND = "traces"
    SPEC = TracesSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def variables(scope: Scope, spec: WorkloadSpec) -> Mapping[str, pulumi.Input[str]]:
    """What the program of a workload is told of it: nothing where it is not traced."""
    if spec.tracing is None:
        return {}
    kept: TracesEndpoint = scope.shared(Traces, Traces.KIND).endpoint
    if spec.tracing.to:
        kept.native.add(Handed(scope.name, spec.tracing.to))
    return tracing.variables(scope, spec, spec.tracing, pulumi.Output.concat(kept.url, f"/{scope.name}"))


def create(scope: Scope, spec: TracesSpec) -> TracesEndpoint:  # noqa: ARG001  every driver's form
    handed: Gathered[Handed] = Gathered("programs whose traces are handed on")
    receiver = server(scope, "server", TracesServer, stateful=False, sinks=pulumi.Output.secret(handed.then(_sinks)))
    return TracesEndpoint(url=receiver.public["url"], native=handed)


def _sinks(handed: Sequence[Handed]) -> dict[str, Any]:
    return {it.component: {"url": it.to.url, "headers": dict(it.to.headers)} for it in handed}

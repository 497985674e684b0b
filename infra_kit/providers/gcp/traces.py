"""A container beside each traced program that takes its traces and sends them on: Google's own build of OpenTelemetry's
collector (https://cloud.google.com/stackdriver/docs/instrumentation/opentelemetry-collector-cloud-run).

They go to Cloud Trace, or to the sink. For Cloud Trace the program's account gets the role to add traces, on the
project: traces are no resource that a role could be given on.

Its configuration is a variable, not the file from Secret Manager that Google shows: it holds no secret, and another one
is another revision, as it must be. A sink's headers are variables too, which Cloud Run reads from Secret Manager.

It is a container like all others for Cloud Run: it takes a CPU (`workload_sizes`) and is paid as such, and an instance
in which it ends is replaced. So the program waits for nothing of it when it starts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_gcp import projects, serviceaccount

from infra_kit.component import Scope
from infra_kit.providers.common import collector, tracing
from infra_kit.providers.common.collector import Exporter
from infra_kit.providers.gcp import workload_secrets
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Reference
from infra_kit.providers.gcp.place import project
from infra_kit.workloads import WorkloadSpec

NAME = "infra-kit--traces"
"""What no component can be called."""
IMAGE = "us-docker.pkg.dev/cloud-ops-agents-artifacts/google-cloud-opentelemetry-collector/otelcol-google:0.160.0"
"""By its version: Google's own registry has it, and nobody else can push there."""
MEMORY_MIB = 512
SIZE = (1.0, MEMORY_MIB / 1024)
"""CPUs and GiB: the least of a container."""
AGENT = "roles/cloudtrace.agent"
CONFIGURATION = "OTELCOL_CONFIG"


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What a workload has of it; nothing, if it is not traced."""

    variables: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    exporter: Exporter = field(default_factory=dict)
    secrets: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Of the collector."""
    needs: Sequence[pulumi.Resource] = ()


def of(scope: Scope, spec: WorkloadSpec, account: serviceaccount.Account) -> Traced:
    if spec.tracing is None:
        return Traced()
    variables = tracing.variables(scope, spec, spec.tracing, collector.endpoint_beside(spec))
    if spec.tracing.to:
        sent = collector.by_environment(spec.tracing.to)
        return Traced(variables=variables, exporter=sent.exporter, secrets=sent.secrets)
    may_add = scope.resource(
        "traces-agent", projects.IAMMember, project=project(scope), role=AGENT, member=account.member
    )
    return Traced(variables=variables, exporter={"googlecloud": {}}, needs=[api(scope, "traces"), may_add])


def containers(spec: WorkloadSpec, traced: Traced, references: Mapping[str, Reference]) -> list[dict[str, Any]]:
    """One, or none. `references`: by variable, where Cloud Run reads a secret."""
    if not traced.exporter:
        return []
    configuration = json.dumps(collector.beside(spec, traced.exporter, memory_mib=MEMORY_MIB))
    secret = {name: references[name] for name in traced.secrets}
    return [
        {
            "name": NAME,
            "image": IMAGE,
            "args": [f"--config=env:{CONFIGURATION}"],
            "envs": workload_secrets.told({CONFIGURATION: configuration}, secret),
        }
    ]

"""A container beside each traced program that takes its traces and sends them on: AWS's own build of OpenTelemetry's
collector (https://aws-otel.github.io), from ECR Public, which limits nobody who asks from AWS.

They go to X-Ray, or to the sink. The task's role may do for that just what it takes: put traces into X-Ray. A sink's
headers are read from Secrets Manager by ECS, as the program's own secrets are, and become variables of the collector
alone; its configuration names the variables, for the collector writes it into its log.

A collector that ends stops nothing: the task goes on without it, and ECS starts it again. The program begins after it
and ends before it, so that what it says last is taken too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.providers.aws import policies
from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.workload_containers import Definition
from infra_kit.providers.common import collector, tracing
from infra_kit.providers.common.collector import Exporter
from infra_kit.workloads import WorkloadSpec

NAME = "infra_kit_traces"
"""What no component can be called."""
IMAGE = (
    "public.ecr.aws/aws-observability/aws-otel-collector"
    "@sha256:9b28046359054b414f4ba76056ba4e8cffda2d53fbcee06171d7eeecd71326c3"
)
"""v0.48.0, read where public projects pin it together with its version (`public.ecr.aws` and Docker Hub have the same
one). By its digest alone: ECS takes a tag or a digest."""
MEMORY = 256
"""MiB, at most: all of AWS's exporters are in it."""
RESTART_SECONDS = 60
"""The least that ECS takes: one that ends sooner after its start is not started again
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html)."""


@dataclass(frozen=True, kw_only=True)
class Traced:
    """What a workload has of it; nothing, if it is not traced."""

    variables: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    secrets: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Of the collector."""
    exporter: Exporter = field(default_factory=dict)
    statements: Sequence[Statement] = ()
    """What the task's role may do."""

    @property
    def memory_mib(self) -> int:
        return MEMORY if self.exporter else 0

    @property
    def after(self) -> Sequence[str]:
        """The containers that the program starts after."""
        return (NAME,) if self.exporter else ()


def of(scope: Scope, spec: WorkloadSpec) -> Traced:
    if spec.tracing is None:
        return Traced()
    variables = tracing.variables(scope, spec, spec.tracing, collector.endpoint_beside(spec))
    if spec.tracing.to:
        sent = collector.by_environment(spec.tracing.to)
        return Traced(variables=variables, exporter=sent.exporter, secrets=sent.secrets)
    # Why `*`: a trace is no resource that IAM knows
    # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html).
    puts = policies.allow(["xray:PutTraceSegments"], "*")
    return Traced(variables=variables, exporter={"awsxray": {}}, statements=[puts])


def containers(
    spec: WorkloadSpec,
    traced: Traced,
    told: Mapping[str, Text],
    *,
    region: pulumi.Output[str],
    log: Mapping[str, pulumi.Input[str]],
) -> list[Definition]:
    """Args:
    spec, traced: of the workload.
    told: by variable, where ECS reads a secret.
    region: whose X-Ray.
    log: how a container writes the workload's log.
    """
    return [_container(spec, traced, told, region, log)] if traced.exporter else []


def _container(
    spec: WorkloadSpec,
    traced: Traced,
    told: Mapping[str, Text],
    region: pulumi.Output[str],
    log: Mapping[str, pulumi.Input[str]],
) -> Definition:
    configuration = collector.beside(spec, traced.exporter, memory_mib=MEMORY)
    return {
        "name": NAME,
        "image": IMAGE,
        "essential": False,
        "restartPolicy": {"enabled": True, "restartAttemptPeriod": RESTART_SECONDS},
        "memory": MEMORY,
        "environment": [
            {"name": "AOT_CONFIG_CONTENT", "value": json.dumps(configuration)},
            {"name": "AWS_REGION", "value": region},
        ],
        "secrets": [{"name": name, "valueFrom": told[name]} for name in sorted(traced.secrets)],
        "readonlyRootFilesystem": True,
        "stopTimeout": seconds(spec.stop_timeout),
        "logConfiguration": {"logDriver": "awslogs", "options": {**log, "awslogs-stream-prefix": NAME}},
    }

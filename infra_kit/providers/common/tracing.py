"""What a traced program finds in its environment, by the names that OpenTelemetry's libraries read
(https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)."""

from __future__ import annotations

from urllib.parse import quote

import pulumi

from infra_kit.component import Scope
from infra_kit.environments import Environment
from infra_kit.workloads import Tracing, WorkloadSpec

PORT = 4318
"""Where OTLP over HTTP is taken."""
SHARE = 0.1


def variables(
    scope: Scope, spec: WorkloadSpec, tracing: Tracing, endpoint: pulumi.Input[str]
) -> dict[str, pulumi.Input[str]]:
    """Args:
    scope, spec, tracing: of the program.
    endpoint: where it sends its spans, without `/v1/traces`.
    """
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": f"{share(scope.environment, tracing):g}",
        "OTEL_SERVICE_NAME": scope.name,
        "OTEL_RESOURCE_ATTRIBUTES": _attributes(scope, spec),
        # Libraries send all three by default, and who takes traces here answers the other two with 404.
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
    }


def share(environment: Environment, tracing: Tracing) -> float:
    """Of the traces that begin in a program, how many are kept."""
    if tracing.share is not None:
        return tracing.share
    return 1 if environment is Environment.DEVELOPMENT else SHARE


def _attributes(scope: Scope, spec: WorkloadSpec) -> str:
    """By the names of OpenTelemetry (https://opentelemetry.io/docs/specs/semconv/resource/)."""
    said = {
        "service.namespace": scope.target.app,
        "deployment.environment.name": scope.environment.value,
        "service.version": _version(spec.image),
    }
    return ",".join(f"{key}={quote(value, safe='')}" for key, value in said.items() if value)


def _version(image: str | None) -> str:
    """The image's digest, else its tag."""
    whole, _, digest = (image or "").partition("@")
    return digest or whole.rpartition("/")[2].partition(":")[2]

"""What Cloud Run cannot do for any workload is refused before anything is made, or said in the plan where it is only a
default."""

from __future__ import annotations

from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.common.asked import refuse_or_say
from infra_kit.workloads import WorkloadSpec

STOP_SECONDS = 10
"""https://cloud.google.com/run/docs/container-contract#instance-shutdown"""
OURS = frozenset({"K_SERVICE", "K_REVISION", "K_CONFIGURATION", "CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION"})
"""Variables that Cloud Run sets itself, beside `PORT`, which no service sets (https://cloud.google.com/run/docs/container-contract#env-vars)."""


def check(scope: Scope, spec: WorkloadSpec) -> str:
    """The image. Raises `SpecError`."""
    if spec.image is None:
        raise SpecError(
            f"{scope.what}: image: none given; on gcp one is needed, e.g. 'europe-docker.pkg.dev/shop/images/api:1.4'."
        )
    if "amd64" not in spec.architectures:
        raise SpecError(
            f"{scope.what}: architectures: given {', '.join(spec.architectures)}; Cloud Run runs amd64 alone. Build "
            "the image for it too: architectures=['amd64', 'arm64']."
        )
    if taken := sorted(OURS & (spec.environment.keys() | spec.secrets.keys())):
        raise SpecError(
            f"{scope.what}: environment: given {', '.join(taken)}, which Cloud Run says itself. Leave it out, or take "
            "another name."
        )
    _check_stop(scope, spec)
    return spec.image


def _check_stop(scope: Scope, spec: WorkloadSpec) -> None:
    if seconds(spec.stop_timeout) > STOP_SECONDS:
        said = f"{scope.what}: stop_timeout: Cloud Run ends an instance {STOP_SECONDS} seconds after SIGTERM"
        refuse_or_say(scope, spec, "stop_timeout", f"{said}. Say stop_timeout='{STOP_SECONDS}s', and end by then.")

"""What Fargate cannot do for any workload is refused before anything is made, or said in the plan where it is only a
default."""

from __future__ import annotations

import pulumi

from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.aws.network import AwsNetwork
from infra_kit.workloads import WorkloadSpec

STOP_SECONDS = 120
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_timeout"""
DAY = 86_400
LOG_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


def check(scope: Scope, spec: WorkloadSpec, network: AwsNetwork) -> str:
    """The image. Raises `SpecError`."""
    if spec.image is None:
        raise SpecError(
            f"{scope.what}: image: none given; on aws one is needed, e.g. 'public.ecr.aws/shop/api:1.4', or 'api:1.4' "
            "for a repository that is made here."
        )
    if not network.way_out:
        raise SpecError(
            f"{scope.what}: network: it has nat='none', so nothing there can fetch an image or a secret. Give it a "
            "Network(nat='single'): endpoints of its own for each service that a task asks cost more."
        )
    network.ids(scope, "private")
    if seconds(spec.stop_timeout) > STOP_SECONDS:
        raise SpecError(
            f"{scope.what}: stop_timeout: given {spec.stop_timeout}, Fargate waits {STOP_SECONDS} seconds at most. "
            "Say '120s' or less, and let the program hand back what it cannot finish by then."
        )
    return spec.image


def log_days(scope: Scope, spec: WorkloadSpec) -> int:
    """The days that its log is kept: the fewest of CloudWatch's that are enough. Raises `SpecError`."""
    asked = seconds(spec.log_retention) / DAY
    enough = [days for days in LOG_DAYS if days >= asked]
    if not enough:
        raise SpecError(
            f"{scope.what}: log_retention: given {spec.log_retention}, CloudWatch keeps a log for {LOG_DAYS[-1]} days "
            "at most. Ask for less, and export what is older to an ObjectStore."
        )
    if enough[0] > asked:
        pulumi.log.info(f"{scope.what}: log_retention: {enough[0]} days, which CloudWatch has.", scope.parent)
    return enough[0]

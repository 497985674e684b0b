"""Where a workload's log is kept: in the project's own bucket for 30 days, or longer in one of the workload's own."""

from __future__ import annotations

import pulumi
import pulumi_random as random
from pulumi_gcp import logging

from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.place import project, region
from infra_kit.workloads import WorkloadSpec

DAY = 86_400
DEFAULT_DAYS, MOST_DAYS = 30, 3650
"""Of the bucket `_Default`, and of any (https://cloud.google.com/logging/quotas#logs_retention_periods)."""
SUFFIX_BYTES = 3


def keep(scope: Scope, spec: WorkloadSpec, query: pulumi.Output[str]) -> None:
    """Keeps what the query finds for as long as is asked. Raises `SpecError`."""
    days = _days(scope, spec)
    if days == DEFAULT_DAYS:
        return
    made = scope.resource(
        "log-id",
        random.RandomId,
        byte_length=SUFFIX_BYTES,
        prefix=f"{scope.name}-",
        ignore_changes=["prefix"],  # a component that is renamed keeps its log
    )
    bucket = scope.resource(
        "log",
        logging.ProjectBucketConfig,
        depends_on=[api(scope, "logs")],
        project=project(scope),
        location=region(scope),
        bucket_id=made.hex,
        retention_days=days,
    )
    scope.resource(
        "log-sink",
        logging.ProjectSink,
        destination=pulumi.Output.concat("logging.googleapis.com/", bucket.id),
        filter=query,
        # Into a bucket of its own project a sink needs no right (https://cloud.google.com/logging/docs/export/configure_export_v2).
        unique_writer_identity=True,
    )


def _days(scope: Scope, spec: WorkloadSpec) -> int:
    days, rest = divmod(seconds(spec.log_retention), DAY)
    if rest or not DEFAULT_DAYS <= days <= MOST_DAYS:
        raise SpecError(
            f"{scope.what}: log_retention: given {spec.log_retention}; Cloud Logging keeps all logs of a project for "
            f"{DEFAULT_DAYS} days, and longer, up to {MOST_DAYS}, what is asked. Say '{DEFAULT_DAYS}d' or more whole "
            "days."
        )
    return days

"""What starts a job may start its task, in its cluster, and hand on its roles; and nothing else."""

from __future__ import annotations

from infra_kit.providers.aws.documents import Text
from infra_kit.providers.aws.policies import Statement, allow
from infra_kit.providers.aws.workloads import Workload


def runs(made: Workload) -> list[Statement]:
    """Also to look after it and to stop it. Tasks are numbered by ECS: those of this cluster."""
    cluster = made.ground.cluster
    where = {"ArnEquals": {"ecs:cluster": cluster.arn}}
    any_revision = Text(made.task.arn_without_revision, ":*")
    tasks = cluster.arn.apply(lambda arn: f"{arn.replace(':cluster/', ':task/', 1)}/*")
    return [
        allow(["ecs:RunTask"], any_revision, **where),
        allow(["ecs:DescribeTasks", "ecs:StopTask"], tasks, **where),
        # What it starts is tagged as its definition is.
        allow(["ecs:TagResource"], tasks, StringEquals={"ecs:CreateAction": "RunTask"}),
        allow(["iam:PassRole"], list(made.roles), StringEquals={"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
    ]

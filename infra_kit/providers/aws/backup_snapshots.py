"""Copies of caches, which AWS Backup does not know: snapshots of ElastiCache, which EventBridge Scheduler has taken,
tier by tier. ElastiCache deletes none that was asked for, so the function beside the Backup does, once their days are
over (`lambdas/backup_age.py`).

- They are in the cache's own region and account, under its key, and stay when the cache is deleted. Nothing locks them,
  and a bucket that ElastiCache would copy them to must be of its own region
  (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html).
- Of a node there are 20 in 24 hours at most
  (https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html#backups-constraints).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import scheduler

from infra_kit.component import Component, Scope
from infra_kit.providers.aws import identity, policies
from infra_kit.providers.aws.documents import Text, dumps
from infra_kit.providers.aws.job_schedule import expression, role
from infra_kit.providers.aws.policies import Statement
from infra_kit.providers.aws.redis import AwsRedis
from infra_kit.providers.common.backup_tiers import Tier

SHORTEST_PAUSE = 2 * 3600
"""Seconds: twelve a day, and room for the longer tiers."""
RUN = "<aws.scheduler.execution-id>"
"""What EventBridge Scheduler puts in its place is another one with each try."""


def create(scope: Scope, caches: Sequence[Component[Any, Any]], kept: Mapping[str, Tier]) -> None:
    """A schedule for each cache and tier, and a role that may have snapshots taken of these caches, named like that."""
    if not caches:
        return
    takes = [policies.allow(["elasticache:CreateSnapshot"], _reached(scope, caches))]
    who = role(scope, "snapshots-role", "scheduler.amazonaws.com", takes)
    for it in caches:
        cache = scope.native(it, AwsRedis).server.id
        for name, tier in kept.items():
            wanted = {"ReplicationGroupId": cache, "SnapshotName": Text(cache, f"-{scope.name}-{name}-{RUN}")}
            scope.resource(
                f"{name}-{it.name}",
                scheduler.Schedule,
                description=f"Has a snapshot of {it.name} taken, for {tier.days} days",
                schedule_expression=f"cron({expression(tier.schedule)})",
                schedule_expression_timezone="UTC",
                flexible_time_window={"mode": "OFF"},
                target={"arn": _takes(scope), "role_arn": who, "input": dumps(wanted)},
            )


def _takes(scope: Scope) -> pulumi.Output[str]:
    return pulumi.Output.concat("arn:", identity.partition(scope), ":scheduler:::aws-sdk:elasticache:createSnapshot")


def _reached(scope: Scope, caches: Sequence[Component[Any, Any]]) -> list[pulumi.Output[str] | Text]:
    """The caches, their nodes, and their snapshots that this Backup has taken."""
    servers = [scope.native(it, AwsRedis).server for it in caches]
    return [
        *(server.arn for server in servers),
        *(_arn(scope, "cluster", server.id, "-*") for server in servers),
        *(_arn(scope, "snapshot", server.id, f"-{scope.name}-*") for server in servers),
    ]


def _arn(scope: Scope, kind: str, *name: pulumi.Input[str]) -> Text:
    where = (identity.partition(scope), ":elasticache:", identity.region(scope), ":", identity.account(scope))
    return Text("arn:", *where, f":{kind}:", *name)


def forgets(scope: Scope, caches: Sequence[Component[Any, Any]]) -> list[Statement]:
    """What the function that deletes old ones may do."""
    if not caches:
        return []
    servers = [scope.native(it, AwsRedis).server for it in caches]
    old = [_arn(scope, "snapshot", server.id, f"-{scope.name}-*") for server in servers]
    return [
        policies.allow(["elasticache:DeleteSnapshot"], old),
        policies.allow(["elasticache:DescribeSnapshots"], _arn(scope, "snapshot", "*")),
    ]


def told(scope: Scope, caches: Sequence[Component[Any, Any]], kept: Mapping[str, Tier]) -> dict[str, pulumi.Input[str]]:
    """Variables of the function."""
    begin = [pulumi.Output.concat(scope.native(it, AwsRedis).server.id, f"-{scope.name}-") for it in caches]
    return {
        "SNAPSHOTS": pulumi.Output.all(*begin).apply(" ".join),
        "TIERS": " ".join(f"{name}={tier.days}" for name, tier in kept.items()),
    }

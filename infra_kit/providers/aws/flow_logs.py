"""Flow logs: who talked to whom in a network, kept in CloudWatch.

The role is the service's (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html), narrowed to this
account and to this log group.
"""

from __future__ import annotations

import json

import pulumi
from pulumi_aws import cloudwatch, ec2, iam

from infra_kit.component import Scope
from infra_kit.providers.aws import identity, keys, log_groups


def create(scope: Scope, vpc: ec2.Vpc) -> pulumi.Output[str]:
    """Logs all flows of the network; the name of the log group."""
    group = log_groups.group(scope, "flows", keys.key_arn(scope, "flows-key", services=(keys.LOGS,)))
    role = _role(scope, group)
    scope.resource(
        "flow-log",
        ec2.FlowLog,
        vpc_id=vpc.id,
        traffic_type="ALL",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        tags=scope.tags,
    )
    return group.name


def _role(scope: Scope, group: cloudwatch.LogGroup) -> iam.Role:
    role = scope.resource(
        "flows-role", iam.Role, assume_role_policy=identity.account(scope).apply(_trust), tags=scope.tags
    )
    scope.resource("flows-policy", iam.RolePolicy, role=role.id, policy=group.arn.apply(_writes))
    return role


def _trust(account: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _writes(group: str) -> str:
    statement = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
        "Resource": [group, f"{group}:*"],
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

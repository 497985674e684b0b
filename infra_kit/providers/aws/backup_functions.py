"""The function beside a Backup and beside a RestoreDrill: it tells CloudWatch how old the last good copy, or proof, is,
for AWS Backup itself counts jobs and knows no age.

Why no dead letter queue (CKV_AWS_116): it comes again within the hour. Why it stands in no network (CKV_AWS_117): it
calls AWS alone. Why no reserved concurrency (CKV_AWS_115), own key (CKV_AWS_173), signing (CKV_AWS_272) or traces
(CKV_AWS_50): as in `network_functions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, lambda_

from infra_kit.component import Scope
from infra_kit.providers.aws import functions, log_groups, policies
from infra_kit.providers.aws.policies import Statement

EVERY = "rate(1 hour)"
TIMEOUT = 60
"""Seconds: a few calls for each component."""


@dataclass(frozen=True, kw_only=True)
class Teller:
    function: lambda_.Function
    log: pulumi.Output[str]
    """The name of its log group."""


def create(
    scope: Scope,
    module: str,
    rights: Sequence[Statement],
    environment: Mapping[str, pulumi.Input[str]],
    key: pulumi.Output[str] | None,
    *,
    timeout: int = TIMEOUT,
) -> Teller:
    """The children `teller` and what it needs; it runs every hour.

    Args:
        scope: the component's.
        module: its file in `lambdas`, without the ending.
        rights: what it may ask.
        environment: its variables.
        key: what encrypts its log; None for the service's own.
        timeout: seconds that a run of it may take.
    """
    log = log_groups.group(scope, "log", key)
    function = functions.create(
        scope,
        "teller",
        module,
        says=f"Tells how {scope.name} went",
        log=log,
        timeout=timeout,
        rights=[policies.tell_figures(), *rights],
        environment={"NAMESPACE": policies.NAMESPACE, **environment},
    )
    call(scope, "hourly", function, schedule_expression=EVERY)
    return Teller(function=function, log=log.name)


def call(scope: Scope, role: str, function: lambda_.Function, **when: Any) -> None:
    """By a rule of EventBridge's: `schedule_expression`, or `event_pattern`."""
    rule = scope.resource(role, cloudwatch.EventRule, tags=scope.tags, **when)
    let = scope.resource(
        f"{role}-calls",
        lambda_.Permission,
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
    )
    scope.resource(f"{role}-target", cloudwatch.EventTarget, rule=rule.name, arn=function.arn, depends_on=[let])


def joined(texts: Iterable[pulumi.Output[str]]) -> pulumi.Output[str]:
    """As its variables have several: parted by spaces."""
    return pulumi.Output.all(*texts).apply(" ".join)


def console(region: pulumi.Input[str]) -> pulumi.Output[str]:
    """AWS Backup's own pages."""
    return pulumi.Output.concat("https://", region, ".console.aws.amazon.com/backup/home?region=", region)

"""The topics of alerts: one a level, encrypted where the environment has own keys. Only alarms of this account tell
them anything, and only by TLS.

Why not CKV_AWS_26 elsewhere: an alarm may not use the key that SNS has of its own
(https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import sns

from infra_kit.alert_rules import Level
from infra_kit.component import Scope
from infra_kit.components.alerts import AlertsSpec
from infra_kit.providers.aws import identity, keys, topics
from infra_kit.providers.aws.documents import Text

ALARMS = "cloudwatch.amazonaws.com"

Topics = Mapping[tuple[Level, str | None], sns.Topic]
"""By level and region; None is the component's own."""


def key(scope: Scope) -> pulumi.Output[str] | None:
    """Of the topics in the component's region, and of what tells others of them."""
    return keys.key_arn(scope, services=[ALARMS, keys.LOGS])


def create(scope: Scope, spec: AlertsSpec, key: pulumi.Output[str] | None, regions: Sequence[str]) -> Topics:
    """In the component's own region, and in these."""
    places: dict[str | None, pulumi.Output[str] | None] = {None: key}
    for region in regions:
        places[region] = keys.key_arn(scope, f"key-{region}", services=[ALARMS], region=region)
    return {
        (level, region): _topic(scope, spec, level, region, own)
        for level in sorted(spec.routes)
        for region, own in places.items()
    }


def _topic(
    scope: Scope, spec: AlertsSpec, level: Level, region: str | None, key: pulumi.Output[str] | None
) -> sns.Topic:
    """The children `p0`, and `p0-us-east-1` for what is reported there."""
    role = f"{level.lower()}-{region}" if region else level.lower()
    topic = scope.resource(
        role,
        sns.Topic,
        display_name=f"{scope.target.app} {level}",
        kms_master_key_id=key,
        region=region,
        tags=scope.tags,
    )
    scope.resource(f"{role}-policy", sns.TopicPolicy, arn=topic.arn, policy=_policy(scope, topic), region=region)
    routes = spec.routes[level]
    for protocol, addresses in (("email", routes.email), ("sms", routes.sms)):
        for address in addresses:
            where: dict[str, Any] = {"topic": topic.arn, "protocol": protocol, "endpoint": address, "region": region}
            scope.resource(f"{role}-{protocol}-{address}", sns.TopicSubscription, **where)
    return topic


def _policy(scope: Scope, topic: sns.Topic) -> pulumi.Output[str]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"""
    account = identity.account(scope)
    alarms = Text("arn:", identity.partition(scope), ":cloudwatch:*:", account, ":alarm:*")
    return topics.policy(
        topic,
        "OwnAlarms",
        ALARMS,
        ArnLike={"aws:SourceArn": alarms},
        StringEquals={"aws:SourceAccount": account},
    )

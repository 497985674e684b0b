"""What a link to an EventBus lets a role do: to publish these subjects, and to take from these consumers' queues.

A subject's `*` is one word; IAM reads it as any characters, so a role may publish a little more than `lead.*` says, and
that is on no stream (`event_bus_patterns`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra_kit.links import Link
from infra_kit.providers.aws import event_bus_patterns
from infra_kit.providers.aws.event_bus_queues import TAKE
from infra_kit.providers.aws.policies import Statement, allow

if TYPE_CHECKING:
    from infra_kit.providers.aws.event_bus_native import AwsEventBus


def statements(link: Link, bus: AwsEventBus) -> list[Statement]:
    found = []
    if subjects := link.only.get("publish", ()):
        which = {"events:detail-type": event_bus_patterns.grant(subjects)}
        found.append(allow(["events:PutEvents"], bus.bus_arn, StringLike=which))
    queues = [bus.queue_arns[consumer] for consumer in link.only.get("consume", ())]
    if queues:
        found.append(allow(TAKE, queues))
    if queues and bus.key_arn is not None:
        found.append(allow(["kms:Decrypt"], bus.key_arn))
    return found

"""A consumer of a bus: its rule, its queue, its dead letters, and who may do what with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, sqs

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.providers.aws import names
from infra_kit.providers.aws.users import User
from infra_kit.streams import Consumer

RULE_NAME = 64
"""Characters of a rule's name, the shortest of a consumer's
(https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html)."""
LONGEST_WAIT = "12h"
"""A visibility timeout at most. Like the times below:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""
LONGEST = 14 * 86_400
"""Seconds that a queue keeps a message at most."""
SHORTEST = 60
"""Seconds that a queue keeps a message at least."""
POLL = 20
"""Seconds that a receiver waits for a message: the longest is the cheapest, and fast as any."""

TAKE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
Statement = dict[str, object]


@dataclass(frozen=True)
class Bus:
    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    key: pulumi.Output[str] | None


@dataclass(frozen=True)
class Queues:
    """What a consumer has."""

    queue: sqs.Queue
    dead_letters: sqs.Queue | None
    needs: tuple[pulumi.Resource, ...]
    """Beside them, what must stand for events to come and to be taken."""


def check(scope: Scope, name: str, consumer: Consumer) -> None:
    """Refuses what SQS does not take."""
    if seconds(consumer.ack_wait) > seconds(LONGEST_WAIT):
        raise SpecError(
            f"EventBus {scope.name!r}: consumers.{name}: ack_wait: given {consumer.ack_wait}, and SQS waits at most "
            f"{LONGEST_WAIT} for an acknowledgement. Lower it, or split the work into smaller events."
        )


def consumer(scope: Scope, bus: Bus, user: User, spec: EventBusSpec, name: str, *, pattern: str) -> Queues:
    """All that one consumer has. Nothing but a second queue makes SQS give up an event after some deliveries: who keeps
    no dead letters has one too, which throws away what it gets as soon as SQS can."""
    asked = spec.consumers[name]
    key = names.key(scope, "dead-letters", name, RULE_NAME)
    given_up = queue(scope, f"dead-letters-{key}", bus.key, keeps=LONGEST if asked.dead_letter else SHORTEST)
    live = queue(scope, f"queue-{key}", bus.key, keeps=max(spec.backlog(name), SHORTEST), **_delivery(asked, given_up))
    dead_letters = given_up if asked.dead_letter else None
    rule = scope.resource(
        f"rule-{key}", cloudwatch.EventRule, event_bus_name=bus.name, event_pattern=pattern, tags=scope.tags
    )
    kept = [sent_by(given_up, rule.arn), _taken_by(given_up, user)] if dead_letters else []
    needs = (
        _target(scope, key, rule, live, dead_letters),
        allow(scope, f"policy-{key}", live, [sent_by(live, rule.arn), _taken_by(live, user)]),
        allow(scope, f"dead-policy-{key}", given_up, kept),
    )
    return Queues(live, dead_letters, needs)


def _delivery(asked: Consumer, given_up: sqs.Queue) -> dict[str, object]:
    redrive = {"deadLetterTargetArn": given_up.arn, "maxReceiveCount": asked.max_deliveries}
    return {
        "visibility_timeout_seconds": seconds(asked.ack_wait),
        "redrive_policy": pulumi.Output.json_dumps(redrive),
    }


def queue(scope: Scope, role: str, key: pulumi.Output[str] | None, *, keeps: int, **more: Any) -> sqs.Queue:
    """A queue, encrypted with the component's key or with that of SQS.

    Args:
        scope: the component's.
        role: its role.
        key: the component's key.
        keeps: seconds that a message is kept.
        more: other inputs.
    """
    encryption = {"kms_master_key_id": key} if key else {"sqs_managed_sse_enabled": True}
    return scope.resource(
        role,
        sqs.Queue,
        stateful=True,
        retain_on_delete=True,
        message_retention_seconds=keeps,
        receive_wait_time_seconds=POLL,
        tags=scope.tags,
        **encryption,
        **more,
    )


def _target(
    scope: Scope, key: str, rule: cloudwatch.EventRule, live: sqs.Queue, dead: sqs.Queue | None
) -> cloudwatch.EventTarget:
    return scope.resource(
        f"target-{key}",
        cloudwatch.EventTarget,
        rule=rule.name,
        event_bus_name=rule.event_bus_name,
        arn=live.arn,
        dead_letter_config={"arn": dead.arn} if dead else None,
    )


def allow(scope: Scope, role: str, to: sqs.Queue, statements: Sequence[Statement]) -> sqs.QueuePolicy:
    """The policy of a queue: these may, and nobody without TLS."""
    plain: Statement = {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": to.arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [plain, *statements]}
    return scope.resource(role, sqs.QueuePolicy, queue_url=to.url, policy=pulumi.Output.json_dumps(policy))


def sent_by(to: sqs.Queue, source: pulumi.Output[str]) -> Statement:
    """EventBridge may send, for this rule or bus alone."""
    return {
        "Sid": "EventBridge",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": to.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def _taken_by(to: sqs.Queue, user: User) -> Statement:
    """Said by the queue, not by the user: all policies in a user have 2,048 characters."""
    return {
        "Sid": "Consumer",
        "Effect": "Allow",
        "Principal": {"AWS": user.arn},
        "Action": TAKE,
        "Resource": to.arn,
    }

"""EventBus: the queues of its consumers
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
A queue that nobody used for hours reports nothing, and nothing waits in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.event_bus_native import AwsEventBus
from infra_kit.providers.aws.signals.metric import Metric, Series, plain
from infra_kit.signals import Signal

EVENT_BUS = frozenset({Signal.BACKLOG, Signal.BACKLOG_AGE, Signal.DEAD_LETTERS})
WAITING = "ApproximateNumberOfMessagesVisible"


def event_bus(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    there = scope.native(component, AwsEventBus)
    age = "ApproximateAgeOfOldestMessage"
    return {
        Signal.BACKLOG: [_backlog(queue, name) for name, queue in there.queue_names.items()],
        Signal.BACKLOG_AGE: [plain(_sqs(queue, age), part=name) for name, queue in there.queue_names.items()],
        Signal.DEAD_LETTERS: [plain(_sqs(it, WAITING), part=name) for name, it in there.dead_letter_names.items()],
    }


def _sqs(queue: pulumi.Output[str], name: str) -> Series:
    return Series(namespace="AWS/SQS", name=name, dimensions={"QueueName": queue}, statistic="Maximum")


def _backlog(queue: pulumi.Output[str], part: str) -> Metric:
    """Those too that somebody is at work on: they are not done."""
    series = {"queued": _sqs(queue, WAITING), "taken": _sqs(queue, "ApproximateNumberOfMessagesNotVisible")}
    return Metric(series=series, expression="queued + taken", part=part)

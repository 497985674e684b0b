"""Mailer: what SES counts of all that is sent by its rules, over as many of the last mails as it takes for a share that
says something (https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html).

EventBus with engine="native": the queues of its consumers
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
A queue that nobody used for hours reports nothing, and nothing waits in it.

With engine="nats": its machines, which EC2 looks at every minute, from outside and from within
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html). One that does not
run reports nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import ec2

from infra_kit.component import Component, Scope
from infra_kit.providers.aws.event_bus_native import AwsEventBus
from infra_kit.providers.aws.event_bus_nats import AwsNats
from infra_kit.providers.aws.mailer import AwsMailer
from infra_kit.providers.aws.signals.metric import Metric, Series, plain
from infra_kit.providers.common.nats_cluster import OF_CONSUMERS
from infra_kit.signals import Signal

OF_MACHINES = frozenset({Signal.UPTIME})
EVENT_BUS = OF_CONSUMERS | OF_MACHINES
MAILER = frozenset({Signal.BOUNCES, Signal.COMPLAINTS})
HOUR = 3600
WAITING = "ApproximateNumberOfMessagesVisible"


def lacks(component: Component[Any, Any]) -> frozenset[Signal]:
    """What is measured of the other engine alone."""
    if component.KIND != "event_bus" or not hasattr(component, "spec"):
        return frozenset()
    return OF_CONSUMERS if component.spec.engine == "nats" else OF_MACHINES


def event_bus(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    if component.spec.engine == "nats":
        machines = scope.native(component, AwsNats).machines
        return {Signal.UPTIME: [_runs(machine, zone) for zone, machine in machines.items()]}
    there = scope.native(component, AwsEventBus)
    age = "ApproximateAgeOfOldestMessage"
    return {
        Signal.BACKLOG: [_backlog(queue, name) for name, queue in there.queue_names.items()],
        Signal.BACKLOG_AGE: [plain(_sqs(queue, age), part=name) for name, queue in there.queue_names.items()],
        Signal.DEAD_LETTERS: [plain(_sqs(it, WAITING), part=name) for name, it in there.dead_letter_names.items()],
    }


def _runs(machine: ec2.Instance, zone: str) -> Metric:
    dimensions = {"InstanceId": machine.id}
    failed = Series(namespace="AWS/EC2", name="StatusCheckFailed", dimensions=dimensions, statistic="Maximum")
    return Metric(series={"failed": failed}, expression="100 - 100 * failed", missing="breaching", part=zone)


def _sqs(queue: pulumi.Output[str], name: str) -> Series:
    return Series(namespace="AWS/SQS", name=name, dimensions={"QueueName": queue}, statistic="Maximum")


def _backlog(queue: pulumi.Output[str], part: str) -> Metric:
    """Those too that somebody is at work on: they are not done."""
    series = {"queued": _sqs(queue, WAITING), "taken": _sqs(queue, "ApproximateNumberOfMessagesNotVisible")}
    return Metric(series=series, expression="queued + taken", part=part)


def mailer(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    rules = scope.native(component, AwsMailer).rules.configuration_set_name
    return {Signal.BOUNCES: [_reputation(rules, "Bounce")], Signal.COMPLAINTS: [_reputation(rules, "Complaint")]}


def _reputation(rules: pulumi.Output[str], what: str) -> Metric:
    """From 0 to 1. Where nothing was sent, it stays as it was."""
    series = Series(namespace="AWS/SES", name=f"Reputation.{what}Rate", dimensions={"ses:configuration-set": rules})
    return Metric(series={"share": series}, expression="100 * share", missing="ignore", period=HOUR)

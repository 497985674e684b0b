"""Mailer: what SES counts of all that is sent by its rules, over as many of the last mails as it takes for a share that
says something (https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html).

EventBus with engine="native": the queues of its consumers
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
A queue that nobody used for hours reports nothing, and nothing waits in it.

With engine="nats": what its machines tell every minute (`common/nats_cluster.py`). One that tells nothing is down, and
its other figures stay as they were. A figure costs $0.30 a month, of a consumer three
at most and of a machine two; a machine tells them 44,000 times, and an account's first million requests a month cost
nothing (https://aws.amazon.com/cloudwatch/pricing/)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.aws.event_bus_native import AwsEventBus
from infra_kit.providers.aws.event_bus_nats import AwsNats
from infra_kit.providers.aws.mailer import AwsMailer
from infra_kit.providers.aws.signals.metric import Metric, Series, plain, told
from infra_kit.providers.common import nats_cluster
from infra_kit.signals import Signal

EVENT_BUS = nats_cluster.MEASURED
MAILER = frozenset({Signal.BOUNCES, Signal.COMPLAINTS})
HOUR = 3600
WAITING = "ApproximateNumberOfMessagesVisible"


def lacks(component: Component[Any, Any]) -> frozenset[Signal]:
    """What is measured of machines alone."""
    native = component.KIND == "event_bus" and hasattr(component, "spec") and component.spec.engine == "native"
    return nats_cluster.OF_SERVERS if native else frozenset()


def event_bus(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    if component.spec.engine == "nats":
        return _nats(component.spec, scope.native(component, AwsNats))
    there = scope.native(component, AwsEventBus)
    age = "ApproximateAgeOfOldestMessage"
    return {
        Signal.BACKLOG: [_backlog(queue, name) for name, queue in there.queue_names.items()],
        Signal.BACKLOG_AGE: [plain(_sqs(queue, age), part=name) for name, queue in there.queue_names.items()],
        Signal.DEAD_LETTERS: [plain(_sqs(it, WAITING), part=name) for name, it in there.dead_letter_names.items()],
    }


def _nats(spec: EventBusSpec, there: AwsNats) -> Mapping[Signal, Sequence[Metric]]:
    servers = {zone: {"Server": host} for zone, host in there.hosts.items()}
    return {
        Signal.UPTIME: [told("bus_up", its, expression="100 * it", part=zone) for zone, its in servers.items()],
        Signal.DISK: [told("disk_percent", its, part=zone, missing="ignore") for zone, its in servers.items()],
        **{
            signal: [told(it, {"Bus": there.host, "Consumer": name}, part=name, missing="ignore") for name in names]
            for signal, (it, names) in nats_cluster.told_of_consumers(spec).items()
        },
    }


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

"""EventBus with engine="native": the subscriptions of its consumers, and how its topics answer who publishes
(https://cloud.google.com/pubsub/docs/monitoring).

With engine="nats": its machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_gcp import pubsub

from infra_kit.component import Component, Scope
from infra_kit.providers.common.nats_cluster import OF_CONSUMERS
from infra_kit.providers.gcp.event_bus_native import GcpBus
from infra_kit.providers.gcp.event_bus_nats import GcpNats
from infra_kit.providers.gcp.signals.machines import runs
from infra_kit.providers.gcp.signals.metric import Metric, answered, is_, plain, series
from infra_kit.signals import Signal

EVENT_BUS = frozenset({Signal.UPTIME}) | OF_CONSUMERS
WAITING, AGE = "num_undelivered_messages", "oldest_unacked_message_age"
ITS_FAULT = 'response_class="internal"'


def event_bus(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    if component.spec.engine == "nats":
        machines = scope.native(component, GcpNats).machines
        return {Signal.UPTIME: [runs(machine, place) for place, machine in machines.items()]}
    there = scope.native(component, GcpBus)
    return {
        Signal.UPTIME: [_answered(topic, name) for name, topic in there.topics.items()],
        Signal.BACKLOG: [_most(it, WAITING, name) for name, it in there.subscriptions.items()],
        Signal.BACKLOG_AGE: [_most(it, AGE, name) for name, it in there.subscriptions.items()],
        Signal.DEAD_LETTERS: [_most(it, WAITING, name) for name, it in there.dead_letters.items()],
    }


def _answered(topic: pubsub.Topic, part: str) -> Metric:
    its, asked = is_("topic_id", topic.name), "pubsub.googleapis.com/topic/send_request_count"
    failed = series(asked, "pubsub_topic", its, ITS_FAULT)
    return answered(failed, series(asked, "pubsub_topic", its), part)


def _most(it: pubsub.Subscription, metric: str, part: str) -> Metric:
    its = is_("subscription_id", it.name)
    found = series(f"pubsub.googleapis.com/subscription/{metric}", "pubsub_subscription", its)
    return plain("max(", found, ")", part=part)

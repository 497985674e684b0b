"""EventBus with engine="native": the subscriptions of its consumers, and how its topics answer who publishes
(https://cloud.google.com/pubsub/docs/monitoring).

With engine="nats": what its machines tell (`machines`, `common/nats_cluster.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_gcp import pubsub

from infra_kit.component import Component, Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.providers.common import nats_cluster
from infra_kit.providers.gcp.event_bus_native import GcpBus
from infra_kit.providers.gcp.event_bus_nats import GcpNats
from infra_kit.providers.gcp.signals import machines
from infra_kit.providers.gcp.signals.metric import Metric, answered, is_, plain, series
from infra_kit.signals import Signal

EVENT_BUS = nats_cluster.MEASURED
OF_MACHINES = frozenset({Signal.DISK})
WAITING, AGE = "num_undelivered_messages", "oldest_unacked_message_age"
ITS_FAULT = 'response_class="internal"'


def event_bus(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    if component.spec.engine == "nats":
        return _nats(component.spec, scope.native(component, GcpNats).machines)
    there = scope.native(component, GcpBus)
    return {
        Signal.UPTIME: [_answered(topic, name) for name, topic in there.topics.items()],
        Signal.BACKLOG: [_most(it, WAITING, name) for name, it in there.subscriptions.items()],
        Signal.BACKLOG_AGE: [_most(it, AGE, name) for name, it in there.subscriptions.items()],
        Signal.DEAD_LETTERS: [_most(it, WAITING, name) for name, it in there.dead_letters.items()],
    }


def _nats(spec: EventBusSpec, servers: Mapping[str, pulumi.Output[str]]) -> Mapping[Signal, Sequence[Metric]]:
    return {
        Signal.UPTIME: [machines.well(it, "bus_up", place) for place, it in servers.items()],
        Signal.DISK: [machines.told([it], "disk_percent", place) for place, it in servers.items()],
        **{
            signal: [machines.told(list(servers.values()), it, name, is_("consumer", name)) for name in names]
            for signal, (it, names) in nats_cluster.told_of_consumers(spec).items()
        },
    }


def _answered(topic: pubsub.Topic, part: str) -> Metric:
    its, asked = is_("topic_id", topic.name), "pubsub.googleapis.com/topic/send_request_count"
    failed = series(asked, "pubsub_topic", its, ITS_FAULT)
    return answered(failed, series(asked, "pubsub_topic", its), part)


def _most(it: pubsub.Subscription, metric: str, part: str) -> Metric:
    its = is_("subscription_id", it.name)
    found = series(f"pubsub.googleapis.com/subscription/{metric}", "pubsub_subscription", its)
    return plain("max(", found, ")", part=part)

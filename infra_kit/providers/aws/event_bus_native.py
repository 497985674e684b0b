"""EventBus on AWS with engine="native": an EventBridge bus, an archive a stream, a rule and a queue a consumer.

A producer puts an entry on the bus (`PutEvents`) for each CloudEvent 1.0: `Source` is its `source`, `DetailType` its
subject (`infra_kit.subject(type)`), `Detail` the whole CloudEvent as JSON (its structured mode). The two must say the
same: `event_bus_patterns` counts words by the CloudEvent's `type`. EventBridge takes and drops what is on no
stream; the component's own user may publish on the streams' subjects only, where IAM reads `*` as any words. A consumer
receives from its queue EventBridge's envelope, whose `detail` is the CloudEvent, and deletes the message: that
acknowledges it. Delivery is at least once and not in order
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html).

What a stream keeps is in its archive, for its retention rounded up to whole days. A consumer has what comes after it
was made; older events are replayed to it from the archive (`StartReplay` with the rule's ARN as `FilterArns`), and so
is what its queue no longer has. EventBridge keeps every event in several zones: any number of replicas is there
(https://docs.aws.amazon.com/eventbridge/latest/userguide/disaster-recovery-resiliency.html).

An event waits in a queue for at most 14 days: a consumer's backlog beyond that is a gap. What EventBridge cannot put
into a queue it tries again for 24 hours, and then puts with the dead letters
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html). A dead letter is kept until 14
days after its event was published, because SQS counts from there
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi_aws import cloudwatch

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.links import Grant, Link
from infra_kit.providers.aws import event_bus_links, event_bus_patterns, identity, names, users
from infra_kit.providers.aws import event_bus_queues as queues
from infra_kit.providers.aws.event_bus_queues import Bus, Queues
from infra_kit.providers.aws.grants import AwsGrant
from infra_kit.providers.aws.keys import key_arn
from infra_kit.providers.aws.users import User
from infra_kit.providers.common.waiting import after
from infra_kit.streams import Stream
from infra_kit.subjects import meet

SUPPORTS = frozenset(
    {
        features.DEAD_LETTER,
        features.STREAM_REPLICAS,
        features.LONG_RETENTION,
        features.ANY_ACK_WAIT,
        features.ANY_DELIVERIES,
        features.engine("native"),
    }
)

HINTS: Mapping[Feature, str] = {
    features.STREAM_SIZE: "an EventBridge archive is bounded by its retention alone; leave max_size_gb out",
    features.LONG_BACKLOG: 'SQS keeps an event for 14 days, then it is in the archive alone; set backlog="14d"',
}

ARCHIVE_NAME = 48
"""Characters of an archive's name
(https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html)."""
DAY = 86_400
GRANTED = 1500
"""Characters of subjects in the user's policy, of the 2,048 that all policies in a user may have
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""


@dataclass(frozen=True, kw_only=True)
class AwsEventBus:
    """What drivers of this target need of a bus. The mappings are keyed by the consumer's name."""

    bus_arn: pulumi.Output[str]
    queue_arns: Mapping[str, pulumi.Output[str]]
    queue_names: Mapping[str, pulumi.Output[str]]
    dead_letter_arns: Mapping[str, pulumi.Output[str]]
    dead_letter_names: Mapping[str, pulumi.Output[str]]
    key_arn: pulumi.Output[str] | None
    """What encrypts them; None: keys that AWS owns."""


def create(scope: Scope, spec: EventBusSpec) -> EventBusEndpoint:
    archived, routed = _archived(scope, spec), _routed(scope, spec)
    _check_granted(scope, spec)
    key = key_arn(scope, services=("events.amazonaws.com",))
    bus = _bus(scope, key)
    archives = {name: _archive(scope, bus, name, pattern, spec.streams[name]) for name, pattern in archived.items()}
    user = _user(scope, bus, spec)
    consumers = {
        name: queues.consumer(scope, bus, user, spec, name, pattern=pattern) for name, pattern in routed.items()
    }
    streams = {name: after(bus.arn, archive, *_reading(spec, name, consumers)) for name, archive in archives.items()}
    return _endpoint(scope, bus, user, streams, consumers)


def link(scope: Scope, link: Link) -> Grant:
    """Signed as the role that the task runs as: `_USERNAME` and `_PASSWORD` are empty."""
    endpoint: EventBusEndpoint = link.to.endpoint
    statements = event_bus_links.statements(link, scope.native(link.to, AwsEventBus))
    nobody = pulumi.Output.from_input("")
    mine = dataclasses.replace(endpoint, username=nobody, password=pulumi.Output.secret(nobody))
    return mine.grant(link, native=AwsGrant(statements=statements))


def _archived(scope: Scope, spec: EventBusSpec) -> dict[str, str]:
    """The event pattern of each stream."""
    return {name: _pattern(scope, f"streams.{name}", list(stream.subjects)) for name, stream in spec.streams.items()}


def _routed(scope: Scope, spec: EventBusSpec) -> dict[str, str]:
    """The event pattern of each consumer: what is on its stream and passes its filter."""
    patterns = {}
    for name, consumer in spec.consumers.items():
        queues.check(scope, name, consumer)
        subjects = spec.streams[consumer.stream].subjects
        both = [meet(subject, consumer.filter) if consumer.filter else subject for subject in subjects]
        patterns[name] = _pattern(scope, f"consumers.{name}", [subject for subject in both if subject])
    return patterns


def _pattern(scope: Scope, field: str, subjects: list[str]) -> str:
    try:
        return event_bus_patterns.pattern(subjects)
    except ValueError as beyond:
        raise SpecError(f"EventBus {scope.name!r}: {field}: subjects: {beyond}.") from None


def _check_granted(scope: Scope, spec: EventBusSpec) -> None:
    length = len(json.dumps(_granted(spec)))
    if length > GRANTED:
        raise SpecError(
            f"EventBus {scope.name!r}: streams: their subjects make {length} characters of a user's policy, which has "
            f"room for {GRANTED}. Name fewer subjects or broader ones, or spread the streams over two buses."
        )


def _granted(spec: EventBusSpec) -> list[str]:
    return event_bus_patterns.grant(subject for stream in spec.streams.values() for subject in stream.subjects)


def _bus(scope: Scope, key: pulumi.Output[str] | None) -> Bus:
    """With an own key it has dead letters of its own too, for the events that the key could not be used for
    (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-dlq.html)."""
    lost = queues.queue(scope, "bus-dead-letters", key, keeps=queues.LONGEST) if key else None
    bus = scope.resource(
        "bus",
        cloudwatch.EventBus,
        stateful=True,
        retain_on_delete=True,
        kms_key_identifier=key,
        dead_letter_config={"arn": lost.arn} if lost else None,
        tags=scope.tags,
    )
    if lost:
        queues.allow(scope, "bus-dead-policy", lost, [queues.sent_by(lost, bus.arn)])
    return Bus(bus.name, bus.arn, key)


def _archive(scope: Scope, bus: Bus, name: str, pattern: str, stream: Stream) -> cloudwatch.EventArchive:
    return scope.resource(
        f"archive-{names.key(scope, 'archive', name, ARCHIVE_NAME)}",
        cloudwatch.EventArchive,
        stateful=True,
        retain_on_delete=True,
        event_source_arn=bus.arn,
        event_pattern=pattern,
        retention_days=math.ceil(seconds(stream.retention) / DAY),
        description=f"Stream {name} of {scope.name}",
        kms_key_identifier=bus.key,
    )


def _user(scope: Scope, bus: Bus, spec: EventBusSpec) -> User:
    """Who may publish on the streams' subjects. Each queue says itself who may take from it."""
    publish = {
        "Sid": "Publish",
        "Effect": "Allow",
        "Action": "events:PutEvents",
        "Resource": bus.arn,
        "Condition": {"StringLike": {"events:detail-type": _granted(spec)}},
    }
    decrypt = {"Sid": "Decrypt", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": bus.key}
    policy = {"Version": "2012-10-17", "Statement": [publish, decrypt] if bus.key else [publish]}
    return users.user(scope, pulumi.Output.json_dumps(policy))


def _reading(spec: EventBusSpec, stream: str, consumers: Mapping[str, Queues]) -> list[pulumi.Resource]:
    """What the consumers of a stream need: what is published before, they would not get."""
    return [need for name, it in consumers.items() if spec.consumers[name].stream == stream for need in it.needs]


def _endpoint(
    scope: Scope, bus: Bus, user: User, streams: Mapping[str, pulumi.Output[str]], consumers: Mapping[str, Queues]
) -> EventBusEndpoint:
    host = pulumi.Output.concat("events.", identity.region(scope), ".", identity.domain(scope))
    dead = {name: after(it.dead_letters.url, *it.needs) for name, it in consumers.items() if it.dead_letters}
    return EventBusEndpoint(
        url=pulumi.Output.secret(pulumi.Output.concat("https://", host)),
        host=host,
        port=pulumi.Output.from_input(443),
        username=user.key_id,
        password=user.secret,
        streams=_by_name(streams),
        consumers=_by_name({name: after(it.queue.url, *it.needs) for name, it in consumers.items()}),
        dead_letters=_by_name(dead),
        inbox_prefix=pulumi.Output.from_input(""),
        native=AwsEventBus(
            bus_arn=bus.arn,
            queue_arns={name: it.queue.arn for name, it in consumers.items()},
            queue_names={name: it.queue.name for name, it in consumers.items()},
            dead_letter_arns={name: it.dead_letters.arn for name, it in consumers.items() if it.dead_letters},
            dead_letter_names={name: it.dead_letters.name for name, it in consumers.items() if it.dead_letters},
            key_arn=bus.key,
        ),
    )


def _by_name(known: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    return cast("pulumi.Output[dict[str, str]]", pulumi.Output.from_input(dict(known)))

"""Pub/Sub: what goes in, what goes out to each subscription, what is kept (https://cloud.google.com/pubsub/pricing)."""

from __future__ import annotations

from collections.abc import Iterator

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import KIB_PER_GIB, is_told_of, part, siblings
from infra_kit.testing.recording import Resource

KIB_A_MESSAGE = 1
"""The least that is billed of a request: an assumption."""
DAYS = 30
TOPIC, SUBSCRIPTION = "gcp:pubsub/topic:Topic", "gcp:pubsub/subscription:Subscription"


def topic(asked: Asked) -> Iterator[Line]:
    if _takes_what_is_given_up(asked, asked.resource):
        return
    size = _gib(asked)
    yield Line("GiB of messages in", "pubsub/throughput", size, assumed=True)
    if days := _days(asked.inputs.get("messageRetentionDuration")):
        yield Line(f"GiB kept for {days:g} days", "pubsub/storage", size * days / DAYS, assumed=True)


def subscription(asked: Asked) -> Iterator[Line]:
    topics = siblings(asked, TOPIC)
    source = next((it for it in topics if is_told_of(it, {"topic": asked.inputs.get("topic")})), None)
    if source and _takes_what_is_given_up(asked, source):
        return
    size = _gib(asked)
    yield Line("GiB of messages out", "pubsub/throughput", size, assumed=True)
    if asked.inputs.get("retainAckedMessages"):
        days = _days(asked.inputs.get("messageRetentionDuration")) or 7
        yield Line(f"GiB kept for {days:g} days", "pubsub/storage", size * days / DAYS, assumed=True)


def _gib(asked: Asked) -> float:
    """A month's messages of one topic: the bus's, shared by its topics. One that stands beside ours has all."""
    streams = [it for it in siblings(asked, TOPIC) if not _takes_what_is_given_up(asked, it)]
    share = len(streams) if asked.made and streams else 1
    return asked.usage.messages * KIB_A_MESSAGE / KIB_PER_GIB / share


def _takes_what_is_given_up(asked: Asked, there: Resource) -> bool:
    policies = (part(it.inputs, "deadLetterPolicy") for it in siblings(asked, SUBSCRIPTION))
    return any(is_told_of(there, policy) for policy in policies)


def _days(duration: object) -> float:
    return float(str(duration).removesuffix("s")) / 86_400 if duration else 0


RATES: dict[str, Rate] = {TOPIC: topic, SUBSCRIPTION: subscription}

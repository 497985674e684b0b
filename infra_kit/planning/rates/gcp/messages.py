"""Pub/Sub: what goes in, what goes out to each subscription, what is kept (https://cloud.google.com/pubsub/pricing)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import KIB_PER_GIB
from infra_kit.planning.rates.reading import MONTH_DAYS, number, siblings, sources

KIB_A_MESSAGE = 1
"""The least that is billed of a request: an assumption."""
TOPIC, SUBSCRIPTION = "gcp:pubsub/topic:Topic", "gcp:pubsub/subscription:Subscription"


def topic(asked: Asked) -> Iterator[Line]:
    if asked.resource.urn in _given_up(asked):
        return
    size = _gib(asked)
    yield Line("GiB of messages in", "pubsub/throughput", size, assumed=True)
    if days := _days(asked.inputs.get("messageRetentionDuration")):
        yield Line(f"GiB kept for {days:g} days", "pubsub/storage", size * days / MONTH_DAYS, assumed=True)


def subscription(asked: Asked) -> Iterator[Line]:
    if sources(asked.resource, "topic") & _given_up(asked):
        return
    size = _gib(asked)
    yield Line("GiB of messages out", "pubsub/throughput", size, assumed=True)
    if asked.inputs.get("retainAckedMessages"):
        days = _days(asked.inputs.get("messageRetentionDuration")) or 7
        yield Line(f"GiB kept for {days:g} days", "pubsub/storage", size * days / MONTH_DAYS, assumed=True)


def _gib(asked: Asked) -> float:
    """A month's messages of one topic: the bus's, shared by its topics. One that stands beside ours has all."""
    given_up = _given_up(asked)
    streams = sum(it.urn not in given_up for it in siblings(asked, TOPIC))
    share = streams if asked.made and streams else 1
    return asked.usage.messages * KIB_A_MESSAGE / KIB_PER_GIB / share


def _given_up(asked: Asked) -> frozenset[str]:
    """The topics that take what a consumer gives up: no message of the bus's goes there."""
    return frozenset().union(*(sources(it, "deadLetterPolicy") for it in siblings(asked, SUBSCRIPTION)))


def _days(duration: object) -> float:
    return number(str(duration).removesuffix("s")) / 86_400


RATES: Mapping[str, Rate] = {TOPIC: topic, SUBSCRIPTION: subscription}

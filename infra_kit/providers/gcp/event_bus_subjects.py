"""Subjects on Pub/Sub: which events a topic takes and a subscription hands out, exactly as NATS would.

A message carries its subject in the attribute `subject`. What is on it is decided by a transform, a function that
Pub/Sub runs on each message (https://cloud.google.com/pubsub/docs/smts/udfs-overview), not by a subscription's filter:
a filter knows equality and prefixes, so it cannot say `*` (one word), and it can never be changed, so another filter
would be another subscription, without what waits in this one
(https://cloud.google.com/pubsub/docs/subscription-message-filter).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra_kit.components.event_bus import EventBusSpec
from infra_kit.subjects import meet

ATTRIBUTE = "subject"

_TEST = "/{pattern}/.test((message.attributes || {{}}).{attribute} || '')"


def of_stream(subjects: Sequence[str]) -> list[dict[str, Any]]:
    """A topic's: an event on another subject is refused, and its publisher is told."""
    return [
        _function(
            "of_stream",
            f"if (!{_on(subjects)}) throw new Error('the attribute {ATTRIBUTE} is none of {', '.join(subjects)}');\n"
            "  return message;",
        )
    ]


def of_consumer(spec: EventBusSpec, name: str) -> list[dict[str, Any]]:
    """A subscription's: other events are passed over as if they were acknowledged. None where it takes all there is."""
    consumer = spec.consumers[name]
    subjects = spec.streams[consumer.stream].subjects
    wanted = [meet(consumer.filter, subject) for subject in subjects] if consumer.filter else list(subjects)
    if wanted == list(subjects):
        return []
    some = [subject for subject in wanted if subject]
    return [_function("of_consumer", f"return {_on(some)} ? message : null;")]


def pattern(subjects: Sequence[str]) -> str:
    """A regular expression for what is on any of the subjects: `*` is one word, a last `>` one or more."""
    return f"^(?:{'|'.join(map(_expression, subjects))})$"


def _expression(subject: str) -> str:
    return r"\.".join({"*": "[^.]+", ">": ".+"}.get(word, word) for word in subject.split("."))


def _on(subjects: Sequence[str]) -> str:
    return _TEST.format(pattern=pattern(subjects), attribute=ATTRIBUTE)


def _function(name: str, body: str) -> dict[str, Any]:
    code = f"function {name}(message, metadata) {{\n  {body}\n}}\n"
    return {"javascript_udf": {"function_name": name, "code": code}}

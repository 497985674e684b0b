"""Subjects as EventBridge matches them: event patterns on an event's `detail-type`.

An event pattern has a prefix, and a wildcard whose `*` stands for any characters, dots too; a subject's `*` is one
word. No field can be matched twice in one pattern, so the number of words is held by the second place that says it: the
`type` of the CloudEvent in `detail`, which is the subject but for its capitals. `lead.*` becomes: `detail-type` like
`lead.*`, and `detail.type` not like `*.*.*`. With as many dots as the subject has, each `*` holds none.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable

LONGEST = 2048
"""Characters of a rule's pattern (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html)."""


def pattern(subjects: Iterable[str]) -> str:
    """The event pattern of what is on one of the subjects. Raises `ValueError` where EventBridge has none for it."""
    by_words: dict[int, list[object]] = {}
    for subject in subjects:
        words, value = _matcher(subject)
        by_words.setdefault(words, []).append(value)
    either = [_detail_type(words, values) for words, values in by_words.items()]
    text = json.dumps(either[0] if len(either) == 1 else {"$or": either})
    if len(text) > LONGEST:
        raise ValueError(
            f"they make an event pattern of {len(text)} characters, and EventBridge takes {LONGEST}; name fewer "
            "subjects, or broader ones"
        )
    return text


def grant(subjects: Iterable[str]) -> list[str]:
    """The subjects as a policy of IAM writes them: there, too, `*` stands for any characters."""
    return [subject.replace(">", "*") for subject in subjects]


def _matcher(subject: str) -> tuple[int, object]:
    """How many words an event on it has (0: the matcher alone says so), and the matcher of its `detail-type`."""
    head, star, rest = subject.partition(".*")
    if not star:
        return 0, {"prefix": subject[:-1]} if subject.endswith(">") else subject
    if not subject.endswith(">"):
        return subject.count(".") + 1, {"wildcard": subject}
    if rest.removesuffix(".>").replace(".*", ""):
        raise ValueError(
            f"EventBridge has no pattern for {subject!r}: a '*', then a word, then a '>'; name the word that the '*' "
            "stands for, or end the subject without '>'"
        )
    return 0, {"wildcard": f"{head}{star}{rest[:-1]}*"}


def _detail_type(words: int, values: list[object]) -> dict[str, object]:
    if not words:
        return {"detail-type": values}
    more = {"anything-but": {"wildcard": "*" + ".*" * words}}
    return {"detail-type": values, "detail": {"type": [more]}}

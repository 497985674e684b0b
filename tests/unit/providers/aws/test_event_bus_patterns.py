"""Subjects as event patterns: they match what NATS matches, and nothing else."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest

from infra_kit.providers.aws.event_bus_patterns import grant, pattern
from infra_kit.subjects import overlap

WORDS = ("lead", "call", "done")
EVENTS = [".".join(words) for length in (1, 2, 3, 4) for words in product(WORDS, repeat=length)]


def like(text: str, wildcard: str) -> bool:
    return bool(re.fullmatch(re.escape(wildcard).replace(r"\*", ".*"), text))


def takes(matcher: Any, text: str) -> bool:
    """One matcher of an event pattern, as EventBridge's documentation has it."""
    match matcher:
        case str():
            return text == matcher
        case {"prefix": prefix}:
            return text.startswith(prefix)
        case {"wildcard": wildcard}:
            return like(text, wildcard)
        case {"anything-but": {"wildcard": wildcard}}:
            return not like(text, wildcard)
    raise AssertionError(f"no such matcher: {matcher}")


def matches(rule: dict[str, Any], event: str) -> bool:
    """Whether an event is taken whose CloudEvent is called `Lead.Created` where its subject is `lead.created`."""
    if "$or" in rule:
        return any(matches(one, event) for one in rule["$or"])
    types = rule.get("detail", {"type": [{"prefix": ""}]})["type"]
    return any(takes(it, event) for it in rule["detail-type"]) and any(takes(it, event.title()) for it in types)


@pytest.mark.parametrize(
    "subjects",
    [
        ["lead"],
        ["lead.call"],
        ["lead.*"],
        ["lead.>"],
        ["lead.*.done"],
        ["lead.*.*"],
        ["lead.*.>"],
        ["lead.call.*.>"],
        ["lead.*", "call.>"],
        ["lead.*", "call.*", "done.*.done", "lead.call.done"],
        ["lead", "lead.*.*.done"],
    ],
)
def test_what_nats_matches_is_matched_and_nothing_else(subjects: list[str]) -> None:
    rule = json.loads(pattern(subjects))
    wanted = [event for event in EVENTS if any(overlap(subject, event) for subject in subjects)]
    assert [event for event in EVENTS if matches(rule, event)] == wanted
    assert wanted


def test_one_word_is_held_by_the_type_of_the_cloud_event() -> None:
    assert json.loads(pattern(["lead.*"])) == {
        "detail-type": [{"wildcard": "lead.*"}],
        "detail": {"type": [{"anything-but": {"wildcard": "*.*.*"}}]},
    }


def test_no_pattern_is_needed_where_a_subject_has_no_star() -> None:
    assert json.loads(pattern(["lead.created", "customer.>"])) == {
        "detail-type": ["lead.created", {"prefix": "customer."}]
    }


def test_what_eventbridge_cannot_say_is_refused_with_a_way_out() -> None:
    with pytest.raises(
        ValueError, match=r"no pattern for 'lead\.\*\.done\.>': .*name the word that the '\*' stands for"
    ):
        pattern(["lead.*.done.>"])


def test_a_pattern_that_is_too_long_is_refused_with_its_length() -> None:
    with pytest.raises(ValueError, match=r"an event pattern of 2[0-9]{3} characters, and EventBridge takes 2048"):
        pattern([f"lead.created-{number:04}" for number in range(100)])


def test_a_policy_of_iam_has_a_star_for_the_rest() -> None:
    assert grant(["lead.created", "lead.*", "customer.>"]) == ["lead.created", "lead.*", "customer.*"]

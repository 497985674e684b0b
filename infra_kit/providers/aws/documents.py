"""JSON documents of which some is known later: policies, definitions of containers.

`pulumi.Output.json_dumps` makes an Output of every mapping and list inside. A document of a service has hundreds, and
most of what they hold is known at once: here there is one Output a document, of the few that it is made of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


class Text:
    """A text of several parts, as a value within a document: `Text(arn, "/*")`."""

    def __init__(self, *parts: pulumi.Input[str]) -> None:
        self.parts = parts


def dumps(value: Any) -> pulumi.Output[str]:
    """The document, once all of it is known. A secret within makes it one."""
    later: dict[int, pulumi.Output[Any]] = {}
    _collect(value, later)
    if not later:
        return pulumi.Output.from_input(json.dumps(_filled(value, {})))
    known = pulumi.Output.all(*later.values())
    return known.apply(lambda values: json.dumps(_filled(value, dict(zip(later, values, strict=True)))))


def _collect(value: Any, later: dict[int, pulumi.Output[Any]]) -> None:
    match value:
        case pulumi.Output():
            later[id(value)] = value
        case Mapping():
            for inner in value.values():
                _collect(inner, later)
        case Text():
            for part in value.parts:
                _collect(part, later)
        case Sequence() if not isinstance(value, str):
            for inner in value:
                _collect(inner, later)


def _filled(value: Any, known: Mapping[int, Any]) -> Any:
    match value:
        case pulumi.Output():
            return known[id(value)]
        case Mapping():
            return {key: _filled(inner, known) for key, inner in value.items()}
        case Text():
            return "".join(str(_filled(part, known)) for part in value.parts)
        case Sequence() if not isinstance(value, str):
            return [_filled(inner, known) for inner in value]
    return value

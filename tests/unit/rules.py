"""Tables of rules: which input of which resource must stand how, in staging and in production."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from infra_kit.testing import Recording

ENVIRONMENTS = ("staging", "production")
each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS)
NAMES = ("name", "originId", "label")
"""Where the items of a list say which one they are."""


@dataclass(frozen=True)
class Row:
    """One input, of all resources of a type or of the one of a name."""

    ids: str
    """Of the scanners' rules that read it."""
    where: str
    path: tuple[str, ...]
    wanted: Mapping[str, Any]
    """By environment: the value, or a pattern of it; None where the input is left to the cloud; `...` where there is
    no such resource."""

    def __str__(self) -> str:
        return f"{self.ids} {self.where.rpartition(':')[2]} {'.'.join(self.path)}"


def row(ids: str, where: str, path: str | Sequence[str], staging: Any, *production: Any) -> Row:
    """A row; what is said once holds in both environments. A path is a text with dots, or its parts."""
    (wanted,) = production or (staging,)
    parts = path.split(".") if isinstance(path, str) else path
    return Row(ids, where, tuple(parts), {"staging": staging, "production": wanted})


def each_row(rows: Sequence[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", rows, ids=str)


def check(rule: Row, recording: Recording, environment: str) -> None:
    """Holds every resource of the row to it."""
    wanted = rule.wanted[environment]
    found = {it.name: _at(rule.path, it.inputs) for it in recording.resources if rule.where in (it.type, it.name)}
    assert bool(found) == (wanted is not ...), found
    assert [name for name, value in found.items() if not _is(value, wanted)] == [], found


def _at(path: Sequence[str], value: Any) -> Any:
    if not path:
        return value
    return _at(path[1:], _items(value).get(path[0]))


def _items(value: Any) -> Mapping[str, Any]:
    """The items of a mapping by their keys; of a list by what they call themselves, else by their place."""
    if not isinstance(value, list):
        return value if isinstance(value, Mapping) else {}
    named = {
        each[key]: each.get("value", each) for each in value if isinstance(each, dict) for key in NAMES if key in each
    }
    return named or {str(place): each for place, each in enumerate(value)}


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, re.Pattern):
        return value is not None and bool(wanted.fullmatch(str(value)))
    if isinstance(wanted, dict) and isinstance(value, dict):
        return wanted.keys() == value.keys() and all(_is(value[key], each) for key, each in wanted.items())
    return type(value) is type(wanted) and bool(value == wanted)

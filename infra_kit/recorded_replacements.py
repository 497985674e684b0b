"""What Terraform's providers say replaces a resource, by type and input: recorded with version and day.

`recorded_replacements.csv` is written by `tests/record_replacements.py`, which asks the providers themselves; Pulumi's
plugins run their code, that of aws a later version: 7 has v6, and v5 was asked, for no build of v6 could be
had. It has all types that our drivers make, and all their inputs that the asked version knows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

FILE = "recorded_replacements.csv"


class Row(NamedTuple):
    """What becomes of a resource when one of its inputs is another one, is there, and is not."""

    type: str
    property: str
    """An input as the engine names it; after a dot, the part of it that replaces (`changed` of the whole is `part`)."""
    changed: str
    """`yes`: it is replaced; `part`: for some of the input's own parts; `no`; `refused`: it cannot be asked."""
    set: str
    unset: str
    before: str
    """As JSON, where `changed` holds for this value only."""
    after: str
    provider: str
    version: str
    read: str

    def source(self) -> str:
        """The code that was asked."""
        owner = "kreuzwerker" if self.provider == "docker" else "hashicorp"
        return f"https://github.com/{owner}/terraform-provider-{self.provider}/tree/v{self.version}"


@cache
def rows() -> tuple[Row, ...]:
    """All that was recorded."""
    with (files("infra_kit") / FILE).open(encoding="utf-8") as file:
        return tuple(Row(**row) for row in csv.DictReader(file))


@cache
def _by_type() -> Mapping[str, Mapping[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for row in rows():
        if not row.before:
            found.setdefault(row.type, {})[row.property] = row
    return found


def of(type_token: str) -> Mapping[str, Row]:
    """By input, and by part of one, what was said of a type; nothing of one that was not asked about."""
    return _by_type().get(type_token, {})


def replaces(type_token: str, key: str, before: Any, after: Any) -> bool | None:
    """Whether a change of one input replaces the resource; None where the record does not say.

    Args:
        type_token: the type.
        key: the input, as the engine names it.
        before, after: what it was and is to be; None: it is not there.
    """
    said = of(type_token)
    if key not in said:
        return None
    row = said[key]
    if row.changed == "part":
        return _replaces_in_part(said, key, before, after)
    answer = row.set if before is None else row.unset if after is None else row.changed
    # What must be there could not be left out: Pulumi names it, and what becomes of that name is not in the record.
    return {"yes": True, "no": None if row.changed == "yes" and None in (before, after) else False}.get(answer)


def _replaces_in_part(said: Mapping[str, Row], key: str, before: Any, after: Any) -> bool | None:
    old, new = dict(_leaves(key, before)), dict(_leaves(key, after))
    differing = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    answers = {said[part].changed for path in differing for part in _up(path) if part != key and part in said}
    return True if "yes" in answers else None if answers or not differing else False


def _up(path: str) -> Iterator[str]:
    """A path, and those above it."""
    while path:
        yield path
        path = path.rpartition(".")[0]


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The values inside of a value, by path; those of a list have one path, and count together."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}", item)
    elif isinstance(value, list):
        together: dict[str, list[Any]] = {}
        for item in value:
            for inner, leaf in _leaves(path, item):
                together.setdefault(inner, []).append(leaf)
        yield from together.items()
    elif value is not None:
        yield path, value

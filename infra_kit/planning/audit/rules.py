"""A rule: what is wrong with a resource of some type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from infra_kit._program import Made
from infra_kit.environments import Environment
from infra_kit.planning.programs import Planned
from infra_kit.recording import Resource


class Severity(IntEnum):
    """How bad it is, as code hosts count it."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Seen:
    """A resource, and what stands around it."""

    planned: Planned
    resource: Resource
    made: Made | None
    """The component of ours that it is a part of."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        return self.resource.inputs

    @property
    def kind(self) -> str:
        """`Postgres`; empty for what stands beside our components."""
        return self.made.type.rpartition(":")[2] if self.made else ""

    @cached_property
    def environment(self) -> Environment | None:
        """None where nobody says what it is for."""
        if self.made:
            return self.made.target.environment
        said = self.planned.configuration.get("environment")
        return Environment(said) if said else None

    @property
    def in_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    def others(self, token: str, key: str) -> list[Mapping[str, Any]]:
        """What other resources of a type are made of, that say of this one: by its name, or by what it answers."""
        own, found = _names(self.resource), self.planned.by_type.get(token, ())
        return [each.inputs for each in found if each.inputs.get(key) in own]

    def said(self, token: str, key: str) -> list[Mapping[str, Any]]:
        """What those of a type are made of, that this one says of."""
        found = self.planned.by_type.get(token, ())
        return [each.inputs for each in found if self.inputs.get(key) in _names(each)]


def _names(resource: Resource) -> set[object]:
    """What others call it."""
    answers = {resource.outputs.get(each) for each in ("id", "arn", "bucket", "name")}
    return (answers | {f"{resource.name}-id"}) - {None}


@dataclass(frozen=True)
class Rule:
    """What is wrong with a resource, where `broken` says so."""

    id: str
    """Ours, in words: `public-database`."""
    severity: Severity
    what: str
    why: str
    mend: str
    types: tuple[str, ...]
    broken: Callable[[Seen], bool]

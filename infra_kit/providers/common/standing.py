"""A component as the stack's state has it: for commands that do without its program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]
"""One of a stack's state, as the engine writes it."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A component.

    Args:
        what: as errors name it: `Postgres 'db'`.
        own: its own resources in the state.
        stack: all of the stack's.
        say: tells the user what is being done.
    """

    what: str
    own: Sequence[Resource]
    stack: Sequence[Resource]
    say: Callable[[str], None]

    def provider(self, package: str) -> Mapping[str, Any]:
        """The inputs of the Pulumi provider that made what the component has."""
        made_by = {str(it["provider"]).rpartition("::")[0] for it in self.own if it.get("provider")}
        kind = f"pulumi:providers:{package}"
        return next((it.get("inputs") or {} for it in self.stack if it["type"] == kind and it["urn"] in made_by), {})

    def beside(self, kind: str) -> list[Mapping[str, Any]]:
        """The outputs of the stack's resources of a type."""
        return [it.get("outputs") or {} for it in self.stack if it["type"] == kind]


def owner(resource: Resource) -> str:
    """The name of the component that a resource belongs to."""
    return str(resource.get("parent") or "").rpartition("::")[2]


def logical_name(resource: Resource) -> str:
    """Its name in the program."""
    return str(resource["urn"]).rpartition("::")[2]

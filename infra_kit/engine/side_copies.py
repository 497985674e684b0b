"""What was restored on this machine beside a stack's own: the stack's state does not know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from infra_kit.engine import local_servers
from infra_kit.engine.connections import Connection, components, find
from infra_kit.engine.project import Project
from infra_kit.providers.common.by_hand import Gives


def find_too(project: Project, stack: str, state: Mapping[str, Any], name: str) -> Connection:
    """A component of the stack, or what was restored beside one. Raises `ConfigError`, with the components."""
    return named(project, stack, state, name) or find(state, name)


def named(project: Project, stack: str, state: Mapping[str, Any], name: str) -> Connection | None:
    """What was restored beside a component and is called so, of that component's type. None: there is none, or it is a
    component's own name."""
    types = {it.name: it.type for it in components(state)}
    if name in types or name not in (copies := _beside(project, stack)):
        return None
    of, gives = copies[name]
    made = connection(name, of, gives)
    return replace(made, type=types.get(of, made.type))


def connection(name: str, component: str, gives: Gives) -> Connection:
    """How to connect to a copy of a component."""
    public, private = gives
    fields = {key: value for key, value in {**public, **private}.items() if value is not None}
    return Connection(name, f"copy of {component}", fields, frozenset(private))


def remove(project: Project, stack: str, name: str) -> bool:
    """Deletes what was restored beside, also where its Backup is gone; False where there is nothing of that name.
    Raises `ConfigError` for what is no restored copy."""
    library = local_servers.by_hand()
    return bool(library and library.remove_copy(stack, local_servers.home(project), name))


def _beside(project: Project, stack: str) -> Mapping[str, tuple[str, Gives]]:
    library = local_servers.by_hand()
    found: Mapping[str, tuple[str, Gives]] = library.beside(stack, local_servers.home(project)) if library else {}
    return found

"""What was restored on this machine beside a stack's own: the stack's state does not know it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from infra_kit.engine.connections import Connection, find
from infra_kit.engine.local_servers import home
from infra_kit.engine.project import Project
from infra_kit.errors import ConfigError

Gives = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Fields that everybody may see, and those that are secret."""


def find_too(project: Project, stack: str, state: Mapping[str, Any], name: str) -> Connection:
    """A component of the stack, or what was restored beside one. Raises `ConfigError`, with the components."""
    try:
        return find(state, name)
    except ConfigError:
        beside = _beside(project, stack)
        if name not in beside:
            raise
        return connection(name, *beside[name])


def connection(name: str, component: str, gives: Gives) -> Connection:
    """How to connect to a copy of a component."""
    public, private = gives
    fields = {key: value for key, value in {**public, **private}.items() if value is not None}
    return Connection(name, f"copy of {component}", fields, frozenset(private))


def _beside(project: Project, stack: str) -> Mapping[str, tuple[str, Gives]]:
    try:
        library = importlib.import_module("infra_kit.providers.local.by_hand")
    except ModuleNotFoundError:
        return {}  # the extra `local` is not installed
    found: Mapping[str, tuple[str, Gives]] = library.beside(stack, home(project))
    return found

"""The programs of a product: its images, and on a machine without them, what runs instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from stacks.config import release, system


class Program(TypedDict):
    image: str
    command: Sequence[str]
    overrides: Mapping[str, Mapping[str, Any]]


def program(name: str, *, image: str | None = None, command: Sequence[str] = ()) -> Program:
    """What a Service, Worker or Job of that name runs.

    The image is `<registry>/<name>:<release>`, the registry said by `<system>:registry` (empty: the target's own;
    each file but development's says it); one
    that the product does not build itself is given, with a command where its own will not do. Where the target runs
    programs, not images, `<system>:commands` says them by name; `<system>:overrides` says what an image needs of one
    target only.
    """
    config = pulumi.Config(system())
    registry = config.get("registry")
    folder = f"registry.example/{system()}/" if registry is None else f"{registry}/".removeprefix("/")
    commands: Mapping[str, Sequence[str]] = config.get_object("commands") or {}
    overrides: Mapping[str, Mapping[str, Mapping[str, Any]]] = config.get_object("overrides") or {}
    return {
        "image": image or f"{folder}{name}:{release() or 'latest'}",
        "command": commands.get(name, command),
        "overrides": overrides.get(name, {}),
    }

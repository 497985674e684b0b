"""The programs of a product: its images, and on a machine without them, what runs instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi

from stacks.config import release, system


class Program(TypedDict):
    image: str
    command: Sequence[str]


def program(name: str, *, image: str | None = None) -> Program:
    """What a Service, Worker or Job of that name runs.

    The image is `<registry>/<name>:<release>`, the registry said by `<system>:registry`; one that the product does not
    build itself is given. Where the target runs programs, not images, `<system>:commands` says them by name.
    """
    config = pulumi.Config(system())
    registry = config.get("registry") or f"registry.example/{system()}"
    commands: Mapping[str, Sequence[str]] = config.get_object("commands") or {}
    return {"image": image or f"{registry}/{name}:{release() or 'latest'}", "command": commands.get(name, ())}

"""Limits of an edge, where an environment's cannot hold what the product asks for."""

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import RateLimit
from stacks.config import system


def limit(name: str, asked: RateLimit) -> RateLimit:
    """What is asked, or what `<system>:limits: {<name>: {requests: 10, per: 10m}}` says in its place.

    The nearest that an edge can hold keeps attacks off; the application counts exactly, in its Redis. Each `up` says
    so.
    """
    said: Mapping[str, Mapping[str, Any]] = pulumi.Config(system()).get_object("limits") or {}
    if name not in said:
        return asked
    taken = RateLimit(**said[name])
    pulumi.log.warn(f"limits: {name}: the edge holds {_text(taken)} in place of {_text(asked)}, as the stack says.")
    return taken


def _text(it: RateLimit) -> str:
    return f"{it.requests} in {it.per}"

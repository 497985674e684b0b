"""Overrides: what a user lays over the inputs of a component's children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pulumi


def merged(props: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The overrides laid over the inputs, mapping by mapping: a tag that is added takes no other away."""
    laid = dict(props)
    for key, value in overrides.items():
        there = laid.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            laid[key] = merged(there, value)
        else:
            laid[key] = value
    return laid


def of(overrides: Mapping[str, Mapping[str, Any]], role: str) -> tuple[dict[str, Any], pulumi.ResourceOptions | None]:
    """What the user says of a role: its inputs, and its options."""
    inputs = dict(overrides.get(role, {}))
    return inputs, cast("pulumi.ResourceOptions | None", inputs.pop("opts", None))

"""Pulumi's SDK without what only its engine needs, or what it does in a costly way: recording takes a third less time.

For the tests alone: these are the SDK's own functions, of the version that is pinned. What they say stays the same,
which tests/unit/recording/test_lean_sdk.py holds them to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from pulumi import Output, Resource, log
from pulumi.output import _OutputData
from pulumi.runtime import known_types, resource, rpc
from pulumi.runtime.proto import source_pb2


def install() -> None:
    for (module, name), function in LEAN.items():
        OWN.setdefault((module, name), getattr(module, name))
        setattr(module, name, function)


def _contains_unknowns(value: Any) -> bool:
    return _holds_unknown(value, set())


def _holds_unknown(value: Any, seen: set[int]) -> bool:
    """The SDK makes a function that calls itself for each value: garbage in a ring, which only the collector frees."""
    if known_types.is_unknown(value):
        return True
    if not isinstance(value, (dict, list)) or id(value) in seen:
        return False
    seen.add(id(value))
    # A dict may be one of the SDK's, which has a property of each of its keys, also of `values`.
    return any(_holds_unknown(value[key] if isinstance(value, dict) else key, seen) for key in value)


def _transfer_properties(made: Resource, props: Mapping[str, Any], custom: bool) -> dict[str, Callable[..., None]]:
    """One future a property; the SDK has four, and a task that awaits them one by one."""
    futures = {name: asyncio.Future[Any]() for name in props if name != "urn" and not (name == "id" and custom)}
    made.__dict__.update({name: Output._from_data(future) for name, future in futures.items()})
    return {name: partial(_resolve, made, future) for name, future in futures.items()}


def _resolve(made: Resource, future: asyncio.Future[Any], *found: Any) -> None:
    value, is_known, is_secret, needs, failed = found
    if failed is not None:
        future.set_exception(failed)
    else:
        future.set_result(_OutputData({made, *(needs or ())}, value, is_known, is_secret))


def _say_nothing(*_: object) -> None:
    """Recordings keep no debug log."""


Functions = dict[tuple[ModuleType, str], Callable[..., Any]]
"""By the module and the name that the SDK finds each by."""

OWN: Functions = {}
"""What was there before."""

LEAN: Functions = {
    (resource, "_get_stack_trace"): source_pb2.StackTrace,
    (rpc, "contains_unknowns"): _contains_unknowns,
    (rpc, "transfer_properties"): _transfer_properties,
    (log, "debug"): _say_nothing,
}

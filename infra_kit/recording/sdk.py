"""The classes of Pulumi's SDKs, by the type of their resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import pulumi
from pulumi._types import input_type_py_to_pulumi_names, input_type_types, is_input_type
from pulumi.runtime import rpc


@cache
def classes(token: str) -> tuple[Callable[..., pulumi.Resource], type]:
    """The class of a type, and that of its arguments."""
    name, kind = token.rpartition(":")[2], _class(token)
    module = import_module(kind.__module__)
    # The generator calls it so where a nested type has the other name.
    return kind, getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")


def _class(token: str) -> Callable[..., pulumi.Resource]:
    package, path, name = token.split(":")
    known = rpc._RESOURCE_MODULES[f"{package}:{path}"][0].mod_info  # type: ignore[attr-defined]
    found: Callable[..., pulumi.Resource] = getattr(import_module(known["fqn"]), name)
    return found


@cache
def kind(token: str) -> type | None:
    """The class of a type; None where no SDK that is loaded has it."""
    package, _, rest = token.partition(":")
    known = f"{package}:{rest.partition(':')[0]}" in rpc._RESOURCE_MODULES
    found = _class(token) if known else None
    return found if isinstance(found, type) else None


def has_setting(key: str) -> bool:
    """Whether the SDK of a provider, where it is installed, has that key of the configuration: `aws:region`."""
    package, _, name = key.partition(":")
    home = f"pulumi_{package}"
    if not package.isidentifier() or find_spec(home) is None or find_spec(f"{home}.config") is None:
        return False
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return hasattr(import_module(f"{home}.config"), snake)


def inputs(token: str) -> Mapping[str, str]:
    """Its inputs as the engine names them, each with its name in Python."""
    return {camel: snake for snake, camel in input_type_py_to_pulumi_names(classes(token)[1]).items()}


def takes(token: str, path: str) -> bool:
    """Whether a type has an input at a path of dots. What is of no SDK that is loaded takes none."""
    package, _, name = token.partition(":")
    known = f"{package}:{name.partition(':')[0]}" in rpc._RESOURCE_MODULES
    return known and _has(classes(token)[1], path)


def _has(kind: type, path: str) -> bool:
    first, _, rest = path.partition(".")
    inside = input_type_types(kind).get(first) if is_input_type(kind) else None
    return inside is not None and (not rest or _has(inside, rest))

"""Property values as they go over Pulumi's wire, made plain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime import rpc

# The wire's own marks, which have no public name.
_SIGNATURE = rpc._special_sig_key
_SECRET = rpc._special_secret_sig


def bag(message: Struct) -> dict[str, Any]:
    """The properties of a message, with the wire's marks still in them. Whole numbers become int: the wire knows
    floats only."""
    return {key: _read(value) for key, value in message.fields.items()}


def _read(value: Value) -> Any:
    """As protobuf's own `MessageToDict`, which takes several times as long: it can do every message."""
    match value.WhichOneof("kind"):
        case "struct_value":
            return bag(value.struct_value)
        case "list_value":
            return [_read(item) for item in value.list_value.values]
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "null_value" | None:
            return None
        case kind:
            return getattr(value, kind)


def message(properties: Mapping[str, Any]) -> Struct:
    """The way back of `bag`."""
    struct = Struct()
    struct.update(properties)
    return struct


def secret(value: Any) -> dict[str, Any]:
    """The value, marked secret."""
    return {_SIGNATURE: _SECRET, "value": value}


def from_state(value: Any) -> Any:
    """A value of a state that was exported with its secrets, as it is on the wire: there, a secret is JSON's text."""
    if isinstance(value, list):
        return [from_state(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(_SIGNATURE) == _SECRET:
        return secret(json.loads(value["plaintext"]))
    return {key: from_state(item) for key, item in value.items()}


def clear(value: Any) -> Any:
    """The value without what is secret in it."""
    if isinstance(value, list):
        return [clear(item) for item in value]
    if not isinstance(value, dict):
        return value
    return None if value.get(_SIGNATURE) == _SECRET else {key: clear(item) for key, item in value.items()}


def plain(value: Any) -> Any:
    """The value without marks: secrets in clear, a resource as its URN."""
    return _unmarked(value, plain)


def hidden(value: Any, instead: Callable[[Any], Any]) -> Any:
    """As `plain`, with what stands for it instead of each secret, made of its plain value."""
    return _unmarked(value, lambda secret: instead(plain(secret)))


def _unmarked(value: Any, of_secret: Callable[[Any], Any]) -> Any:
    if isinstance(value, list):
        return [_unmarked(item, of_secret) for item in value]
    if not isinstance(value, dict):
        return value
    match value.get(_SIGNATURE):
        case rpc._special_secret_sig:
            return of_secret(value["value"])
        case rpc._special_resource_sig:
            return value["urn"]
    return {key: _unmarked(item, of_secret) for key, item in value.items()}


def holds_secret(value: Any) -> bool:
    """Whether the value is a secret, or has one inside."""
    if isinstance(value, list):
        return any(holds_secret(item) for item in value)
    if not isinstance(value, dict):
        return False
    return value.get(_SIGNATURE) == _SECRET or any(holds_secret(item) for item in value.values())

"""What stands in a resource's inputs. What only another stack or a cloud knows is a text there, `[stack.output]`: it is
not looked at, and nothing is found wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Those of a list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts(*values: Any) -> set[str]:
    """Each a text, or a list of some."""
    found: set[str] = set()
    for value in values:
        found |= {str(each) for each in (value if isinstance(value, list) else [value]) if each is not None}
    return found


def number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def parsed(value: Any) -> Any:
    """What a text of JSON holds."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None

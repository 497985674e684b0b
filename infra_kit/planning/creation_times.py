"""How long it typically takes until a resource stands, by type: seconds, and where the figure is from."""

from __future__ import annotations

from typing import NamedTuple


class Typical(NamedTuple):
    seconds: int
    source: str


CALL = Typical(3, "")
"""What is not in the table: one call of an API that answers at once."""

_TIMES: dict[str, Typical] = {}


def of(type_token: str) -> Typical:
    """The typical time of a type."""
    return _TIMES.get(type_token, CALL)

"""Counts in words."""

from __future__ import annotations


def counted(number: float, one: str, many: str = "") -> str:
    """`1 service`, `2 services`, `1,000,000 calls`: never a power of ten. `many` defaults to `one` with an s."""
    figure = f"{number:,.3f}".rstrip("0").rstrip(".")
    return f"{figure} {one if number == 1 else many or f'{one}s'}"

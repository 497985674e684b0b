"""Rows of Markdown's tables."""

from __future__ import annotations


def row(*cells: str) -> str:
    return f"| {' | '.join(map(cell, cells))} |"


def cell(text: str) -> str:
    """On one line, and no cell or tag of its own but a line's end."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("&lt;br/>", "<br/>")

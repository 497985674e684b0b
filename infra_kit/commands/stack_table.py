"""What a stack runs and exports, as `up`, `status` and `show` print it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from infra_kit.commands.common import out, own_name, print_whole, table
from infra_kit.engine.connections import Connection


def print_stack(stack: str, components: Sequence[Connection], exported: Connection) -> None:
    """Components, what the program exports, and where their secrets are in clear."""
    if components:
        _print_connections(components)
    else:
        print(f"{stack} runs no component that can be connected to.")
    if exported.fields:
        print("\nExports:", *(f"  {key}: {_one_line(exported.masked(key))}" for key in exported.fields), sep="\n")
    secret = next((one.name for one in components if one.secret), None)
    if secret:
        print(f"\nSecrets in clear:\n  {own_name()} show {secret} --stack {stack}")


def _one_line(text: str) -> str:
    first, *more = text.splitlines() or [""]
    return f"{first} …" if more else first


def _print_connections(components: Sequence[Connection]) -> None:
    shown = table("component", "type", "where", "how to connect", whole=["component", "where"])
    for one in components:
        shown.add_row(one.name, one.type, one.address, one.how)
    if Console(width=1000).measure(shown).maximum > out().width:  # a URL must stay in one piece, to be copied
        shown = table("component", "how to connect", whole=["component"])
        for one in components:
            where = f" on {one.address}" if one.address else ""
            shown.add_row(one.name, f"{one.type}{where}\n{one.how}")
    print_whole(shown)

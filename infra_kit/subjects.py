"""Subjects of events, matched token by token as NATS does (https://docs.nats.io/nats-concepts/subjects)."""

from itertools import zip_longest


def meet(one: str, other: str) -> str | None:
    """The subject of the events that are on both, None where none can be: `lead.*` and `lead.created` meet in the
    latter. `*` stands for one token, a last `>` for one or more."""
    lefts, rights, both = one.split("."), other.split("."), list[str]()
    for at, (left, right) in enumerate(zip_longest(lefts, rights)):
        if left is None or right is None:
            return None
        if ">" in (left, right):
            return ".".join(both + (rights if left == ">" else lefts)[at:])
        if left != right and "*" not in (left, right):
            return None
        both.append(right if left == "*" else left)
    return ".".join(both)


def overlap(one: str, other: str) -> bool:
    """Whether an event can be on both."""
    return meet(one, other) is not None

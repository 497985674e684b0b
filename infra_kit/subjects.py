"""Subjects of events, matched token by token as NATS does (https://docs.nats.io/nats-concepts/subjects)."""

from itertools import zip_longest


def overlap(one: str, other: str) -> bool:
    """Whether an event can be on both: `*` stands for one token, a last `>` for one or more."""
    for left, right in zip_longest(one.split("."), other.split(".")):
        if left is None or right is None:
            return False
        if ">" in (left, right):
            return True
        if left != right and "*" not in (left, right):
            return False
    return True

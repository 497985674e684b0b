"""Patterns of paths: `*` stands for any text, also for none, slashes included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import combinations


def longest_first(patterns: Iterable[str]) -> list[str]:
    """For what takes the first that fits: the longest that fits wins."""
    return sorted(patterns, key=lambda pattern: (-len(pattern), pattern))


def overlap(one: str, other: str) -> bool:
    """Whether a path can fit both."""
    todo, seen = [(0, 0)], set[tuple[int, int]]()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        left, right = one[at[0] :], other[at[1] :]
        if not left.strip("*") and not right.strip("*"):
            return True
        todo += _steps(at, left, right)
    return False


def check_decided(patterns: Iterable[str]) -> None:
    """Raises `ValueError` for two of which neither is the longer one, and that the same path can fit."""
    for one, other in combinations(patterns, 2):
        if _squeezed(one) == _squeezed(other) or (len(one) == len(other) and overlap(one, other)):
            raise ValueError(
                f"routes.{other}: a path can fit {one} too, and nothing says which one wins; narrow or drop one"
            )


def _squeezed(pattern: str) -> str:
    return re.sub(r"\*+", "*", pattern)


def within(inner: str, outer: str) -> bool:
    """Whether each path that fits `inner` fits `outer`: a `*` of `inner` fits nothing but another one."""
    return bool(re.fullmatch("(?s:.*)".join(map(re.escape, outer.split("*"))), inner))


def deciding(patterns: Iterable[str], outer: str) -> list[str]:
    """Of patterns of which the longest that fits wins, those that win for some path that fits `outer`: not one before
    which a longer one comes that all of them fit."""
    those = list(patterns)
    longer = {it: [other for other in those if len(other) > len(it) and within(outer, other)] for it in those}
    return [it for it in those if overlap(it, outer) and not longer[it]]


def _steps(at: tuple[int, int], left: str, right: str) -> list[tuple[int, int]]:
    """Where it goes on behind one more character of the path, or behind a `*` that stands for no more."""
    i, j = at
    steps = []
    if left.startswith("*"):
        steps += [(i + 1, j)] + [(i, j + 1)] * bool(right)
    if right.startswith("*"):
        steps += [(i, j + 1)] + [(i + 1, j)] * bool(left)
    if left and right and left[0] == right[0]:
        steps.append((i + 1, j + 1))
    return steps

"""The way back mirrors the way: what one makes, the other takes away, and what one changes, the other changes back."""

from __future__ import annotations

from collections.abc import Sequence

from infra_kit.planning.changes import Fate, between
from infra_kit.planning.saved import Saved
from infra_kit.replacements import at_times

MIRRORED = {
    Fate.CREATED: {Fate.DELETED, Fate.FORGOTTEN},
    Fate.DELETED: {Fate.CREATED},
    Fate.FORGOTTEN: {Fate.CREATED},
    Fate.CHANGED: {Fate.CHANGED},
    Fate.REPLACED: {Fate.REPLACED},
    Fate.KEPT: {Fate.KEPT},
}


def assert_mirrored(one: Sequence[Saved], other: Sequence[Saved]) -> None:
    there = {change.resource.urn: change for change in between(one, other)}
    back = {change.resource.urn: change for change in between(other, one)}
    assert there.keys() == back.keys()
    for urn, change in there.items():
        one_way = {*change.forcing, *back[urn].forcing} & at_times(change.resource.type)
        assert back[urn].fate in MIRRORED[change.fate] or one_way
        ignored = {*change.resource.ignore_changes, *back[urn].resource.ignore_changes}  # one side may, the other not
        assert set(back[urn].keys) ^ set(change.keys) <= ignored

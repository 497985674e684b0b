"""The way back mirrors the way: what one makes, the other takes away, and what one changes, the other changes back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from infra_kit.engine import guard
from infra_kit.errors import DataLossRefusedError
from infra_kit.planning.changes import Change, Fate, between
from infra_kit.planning.effects import STAYS
from infra_kit.planning.saved import Saved
from infra_kit.planning.transition import step
from infra_kit.replacements import AT_TIMES

MIRRORED = {
    Fate.CREATED: {Fate.DELETED, Fate.FORGOTTEN},
    Fate.DELETED: {Fate.CREATED},
    Fate.FORGOTTEN: {Fate.CREATED},
    Fate.CHANGED: {Fate.CHANGED},
    Fate.UNSURE: {Fate.UNSURE},
    Fate.REPLACED: {Fate.REPLACED},
    Fate.KEPT: {Fate.KEPT},
}


def assert_mirrored(one: Sequence[Saved], other: Sequence[Saved]) -> None:
    """Where the way back is another one, it is by what goes one way only (see test_one_way), and told as that."""
    there = {change.resource.urn: change for change in between(one, other)}
    back = {change.resource.urn: change for change in between(other, one)}
    assert there.keys() == back.keys()
    for urn, change in there.items():
        if back[urn].fate not in MIRRORED[change.fate]:
            assert_goes_one_way(change, back[urn])
        ignored = {*change.resource.ignore_changes, *back[urn].resource.ignore_changes}  # one side may, the other not
        ignored |= {key for token, key in STAYS if token == change.resource.type}
        assert own(back[urn]) ^ own(change) <= ignored


def own(change: Change) -> set[str]:
    """The inputs that say something else: not those that follow from what is replaced, which may be one way only."""
    return set(change.keys) - set(change.follows)


def assert_goes_one_way(*both: Change) -> None:
    """One way in place; and the other way it is replaced, by what goes one way only: refused, if it holds data."""
    in_place, replaced = sorted(both, key=lambda change: len(change.forcing))
    if not replaced.stateful:
        assert {*in_place.keys, *replaced.keys}  # a replica's data comes from its primary; of others, none is lost
        return
    assert replaced.fate is Fate.REPLACED
    if set(replaced.forcing) <= set(replaced.follows):
        assert in_place.fate in {Fate.CHANGED, Fate.KEPT}  # it is a part of what goes one way
    else:
        assert in_place.fate is Fate.CHANGED
        assert set(replaced.forcing) <= AT_TIMES[replaced.resource.type]
    with pytest.raises(DataLossRefusedError, match=replaced.resource.name):
        guard.check([step(replaced)])

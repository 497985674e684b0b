"""What holds of a step from phase to phase of a system, and back, on whatever target."""

from __future__ import annotations

from collections.abc import Sequence

from infra_kit.engine import guard
from infra_kit.engine.guard import holds_data
from infra_kit.errors import DataLossRefusedError
from infra_kit.planning import saved
from infra_kit.planning.changes import Change, Fate, between
from infra_kit.planning.moves import refused
from infra_kit.planning.saved import Saved
from infra_kit.planning.transition import step
from infra_kit.testing import Recording
from infra_kit.testing.conformance.safety import replaced

IN_PLACE = {Fate.KEPT, Fate.CREATED, Fate.CHANGED}


def saved_of(stack: Recording) -> Sequence[Saved]:
    return tuple(saved.resource(each, "") for each in stack.resources)


def changes(before: Recording, after: Recording) -> Sequence[Change]:
    return between(saved_of(before), saved_of(after))


def assert_data_stays(old: Recording, new: Recording) -> None:
    """Nothing that holds data goes on the way, and nothing is made anew, there or back."""
    kept = {resource.urn for resource in new.resources}
    assert [it.name for it in old.resources if holds_data(it.type, it.inputs) and it.urn not in kept] == []
    assert replaced(old, new) == []
    assert replaced(new, old) == []


def assert_passes(way: Sequence[Change]) -> None:
    """The guard lets the way pass, for the plan says that too."""
    assert [it.resource.name for it in way if it.stateful and it.fate not in IN_PLACE] == []
    guard.check([step(change) for change in way])


def assert_possible(way: Sequence[Change]) -> None:
    """Nothing is asked that its service refuses."""
    assert [f"{it.resource.name}: {line}" for it in way if it.before for line in refused(it)] == []


def assert_told(back: Sequence[Change]) -> None:
    """Of what holds data, what the way back would end is refused by its name."""
    ended = {it.resource.name for it in back if it.stateful and it.fate not in {*IN_PLACE, Fate.FORGOTTEN}}
    said = _refused(back)
    assert [each for each in ended if f"  {each} (" not in said] == []


def assert_stopped(back: Sequence[Change]) -> None:
    """In production the engine itself ends nothing that only a later phase has."""
    gone = [it for it in back if it.stateful and it.fate is Fate.DELETED]
    assert [it.resource.name for it in gone if not it.stopped] == []


def _refused(way: Sequence[Change]) -> str:
    try:
        guard.check([step(change) for change in way])
    except DataLossRefusedError as error:
        return str(error)
    return ""

"""That nothing of what the stacks of this repository have is called unknown."""

import pytest

from infra_kit.engine import guard
from infra_kit.planning.audit import audit
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.configuration import Configuration
from infra_kit.planning.programs import Planned
from infra_kit.planning.transition import step
from tests.unit.stacks.recorded import PROJECT, STACKS, configuration, phases_of, stack_of
from tests.unit.stacks.steps import saved_of


@pytest.mark.parametrize("name", STACKS)
def test_of_all_that_a_stack_has_it_is_known_whether_it_holds_data_and_whether_it_is_safe(name: str) -> None:
    phase = phases_of(name)[-1]
    recording = stack_of(name, phase)
    plan = [step(Change(Fate.DELETED, it, it)) for it in saved_of(recording) if it.custom]
    assert len(plan) > 5
    assert list(guard.warnings(plan)) == []
    found = audit(Planned(Configuration(PROJECT, name, configuration(name, phase), frozenset()), recording, ()))
    assert found.looked_at >= len(plan)
    assert found.unknown == {}

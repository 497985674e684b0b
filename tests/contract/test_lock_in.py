"""The lock-in of everything that our components can be asked for, on every target."""

from collections.abc import Iterator

import pytest

from infra_kit.features import Feature
from infra_kit.planning.lock_in_aspects import WEIGHTS, Subject, lacks, subject
from infra_kit.planning.lock_in_changes import best
from infra_kit.target import package
from tests.contract.test_components import ASKED, COMPONENTS, asked

TARGETS = ("local", "vps", "aws", "gcp")
SCORED = [kind for kind in COMPONENTS if kind.__name__ != "Budget"]

each_target = pytest.mark.parametrize("target", TARGETS)


def held(target: str) -> Iterator[Subject]:
    """Each component as plain as can be and with each of its features, where the target takes it so."""
    plain: list[tuple[type, Feature | None]] = [(kind, None) for kind in SCORED]
    for kind, feature in [*plain, *ASKED]:
        if kind in SCORED and lacks(target, kind.__name__, spec := asked(kind, feature)) == []:
            found = subject(kind.__name__, target, spec)
            assert found, f"{kind.__name__} on {target}: {feature}"
            yield found


@each_target
def test_all_that_a_target_can_make_has_a_score(target: str) -> None:
    found = list(held(target))
    refused = getattr(package(target), "REFUSES", ())
    assert {it.kind for it in found} == {kind.__name__ for kind in SCORED if kind.KIND not in refused}
    assert len(found) > 30
    for it in found:
        assert 0 <= it.score <= 10
        assert {aspect.name for aspect in it.aspects} == set(WEIGHTS)
        assert all(0 <= aspect.score <= 10 and aspect.why for aspect in it.aspects)


@each_target
def test_whatever_is_asked_a_change_of_it_lowers_its_score(target: str) -> None:
    changes = [(it, change) for it in held(target) if (change := best(it))]
    assert changes
    assert all(0 <= change.score < it.score for it, change in changes)

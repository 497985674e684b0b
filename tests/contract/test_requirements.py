"""Every requirement of the seeds is accounted for: what there is of it, where, and the test that holds it."""

from __future__ import annotations

import pytest

from tests.planned_phases import PROJECT, SYSTEMS, described
from tests.system_pages.requirements import file_of, names_of, requirements, split

ASKED = {
    "cuenta-conmigo": ("CC", 8),
    "founder-diary": ("FD", 7),
    "nomadshift": ("NS", 15),
    "vina-santa-cruz": ("VS", 16),
    "zuclubit": ("ZU", 15),
}
"""By system, its seed's requirements: the letters of their ids, and the last number."""


def test_all_systems_are_held_here() -> None:
    assert tuple(ASKED) == SYSTEMS
    assert sorted(file_of(system).parent.name for system in SYSTEMS) == sorted(
        each.parent.name for each in (PROJECT.root / "stacks").glob("*/phases.yaml")
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_says_of_every_id_of_its_seed_what_there_is(system: str) -> None:
    letters, last = ASKED[system]
    found = requirements(system)
    assert list(found) == [f"{letters}-{number}" for number in range(1, last + 1)]
    assert [name for name, parts in found.items() if not parts] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_there_is_has_a_test_that_is_there(system: str) -> None:
    named = {part.test for parts in requirements(system).values() for part in parts if part.test}
    lacking = [test for test in named if not _is_there(test)]
    assert sorted(lacking) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_phases_are_those_that_the_system_has(system: str) -> None:
    named = {phase for parts in requirements(system).values() for part in parts for phase in part.phases}
    assert named <= described(system).keys()


def _is_there(test: str) -> bool:
    path, name = split(test)
    file = PROJECT.root / path
    return file.is_file() and name in names_of(file)

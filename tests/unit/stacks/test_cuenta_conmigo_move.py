"""How Cuenta Conmigo leaves its VPS for aws (seeds/003: CC-6), as `infra-kit transition` plans it."""

from __future__ import annotations

from functools import cache

from infra_kit.planning.changes import Fate
from infra_kit.planning.programs import plan
from infra_kit.planning.transition import Transition, check, transition
from infra_kit.planning.ways import How
from tests.unit.stacks.recorded import PROJECT

VPS, AWS = "cuenta-conmigo-production", "cuenta-conmigo-aws-production"


@cache
def move(after: str = AWS) -> Transition:
    """From the VPS to aws."""
    before = plan(PROJECT, VPS, ["infra-kit:phase=1"])
    return transition(before, plan(PROJECT, after, ["infra-kit:phase=2"]))


def test_from_the_vps_to_aws_data_is_copied_while_both_stand() -> None:
    ways = {it.component: it.way.how for it in move().moves}
    assert ways["db"] == ways["files"] == ways["static"] == How.DUAL_RUN
    assert ways["cache"] == ways["backup"] == How.EMPTY
    assert {how for name, how in ways.items() if name not in {"db", "files", "static", "cache", "backup"}} <= {How.LEFT}


def test_the_move_to_aws_leaves_the_vps_as_it_is_until_it_is_taken_down() -> None:
    found = move()
    assert found.beside == VPS
    assert found.of(Fate.REPLACED) == ()
    check(found)
    steps = {it.component: " ".join(it.way.steps) for it in found.moves}
    assert all(f"infra-kit down --stack {VPS}" in steps[it] for it in ("db", "files", "cache"))
    assert not [step for said in steps.values() for step in said.split(".") if "`up` stops" in step]


def test_the_move_to_aws_copies_before_it_cuts_over_and_has_a_way_back() -> None:
    said = [step.partition(":")[0] for step in move().order]
    beside = said.index("Make beside the old one, under another name, and copy")
    assert beside < said.index("Cut over") < said.index("Let go, when nobody asks for it any more")
    back = {it.component: " ".join(it.way.back) for it in move().moves}
    assert "subscribe the old one to it" in back["db"]

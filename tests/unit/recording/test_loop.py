"""Who answers a recorded program, and when."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from infra_kit.testing import record
from tests.unit.recording.things import Thing

THING = "shop:index:Thing"


def asked_in(seen: list[str]) -> Mapping[str, Any]:
    def answer(_: object) -> dict[str, object]:
        seen.append(threading.current_thread().name)
        return {"address": "10.0.0.1"}

    return {THING: answer}


def test_pulumi_is_answered_in_the_programs_own_thread() -> None:
    own: list[str] = []
    seen: list[str] = []

    def program() -> None:
        own.append(threading.current_thread().name)
        Thing("one")
        Thing("two")

    record(program, outputs=asked_in(seen))
    assert seen == own * 2


def test_resources_are_registered_in_the_order_in_which_a_program_makes_them() -> None:
    seen: list[str] = []

    def answer(inputs: Mapping[str, Any]) -> dict[str, object]:
        seen.append(inputs["urn"].rpartition("::")[2])
        return {}

    names = [f"thing-{number}" for number in range(20)]
    record(lambda: [Thing(name) for name in names], outputs={THING: answer})
    assert seen == names


def test_a_program_with_transforms_is_answered_in_another_thread() -> None:
    """They run in the program's own, which the answer waits for."""
    own: list[str] = []
    seen: list[str] = []

    def program() -> None:
        own.append(threading.current_thread().name)
        Thing("one", pulumi.ResourceOptions(transforms=[lambda _: None]))

    record(program, outputs=asked_in(seen))
    assert len(seen) == 1
    assert seen != own


def test_what_a_program_gives_to_a_thread_runs_in_one() -> None:
    """It may wait for what the program's own does meanwhile."""

    async def program() -> None:
        loop, gone_on = asyncio.get_running_loop(), threading.Event()
        loop.call_soon(gone_on.set)
        assert await asyncio.to_thread(gone_on.wait, 60)

    record(program)


def test_an_answer_that_fails_is_raised() -> None:
    def refuse(_: object) -> dict[str, object]:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        record(lambda: Thing("one"), outputs={THING: refuse})

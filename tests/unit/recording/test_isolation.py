"""Runs do not know each other, nor what runs around them."""

import asyncio
import gc
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from weakref import ReferenceType, ref

import pulumi

from infra_kit import Network, Redis, _program
from infra_kit.testing import record
from tests.unit.recording.things import Thing


def test_a_run_knows_nothing_of_the_one_before() -> None:
    record(lambda: Thing("one"), config={"size": 3})
    recording = record(lambda: pulumi.export("size", pulumi.Config().get("size") or "none"))
    assert recording.resources == ()
    assert recording.exports == {"size": "none"}


def test_runs_in_threads_do_not_see_each_other() -> None:
    def run(number: int) -> tuple[str, ...]:
        def pair(part: int) -> None:
            Thing(f"{pulumi.get_stack()}-{part}", size=number).size.apply(lambda size: Thing(f"late-{size}-{part}"))

        def program() -> None:
            for part in range(5):
                pair(part)

        recording = record(program, stack=f"s{number}")
        return tuple(resource.name for resource in recording.resources)

    with ThreadPoolExecutor(4) as pool:
        for number, names in enumerate(pool.map(run, range(8))):
            expected = {f"s{number}-{part}" for part in range(5)}
            assert {name for name in names if name.startswith("s")} == expected
            assert len(names) == 10


def test_a_run_leaves_nothing_of_it_in_memory() -> None:
    """Of what all of a program share too: thousands of runs stand in one process of tests, and of a plan several."""
    made: list[ReferenceType[Network]] = []

    def program() -> None:
        Redis("cache")
        made.append(ref(_program.default_network(_program.current().default_target)))

    record(
        program,
        config={"infra-kit:target": "aws", "infra-kit:environment": "development", "infra-kit:region": "eu-west-1"},
    )
    gc.collect()
    assert [network() for network in made] == [None]


async def _record_inside_a_loop() -> int:
    return len(record(lambda: Thing("one")).resources)


def test_it_runs_inside_a_running_event_loop() -> None:
    assert asyncio.run(_record_inside_a_loop()) == 1


def test_pulumis_own_mocks_work_afterwards() -> None:
    program = """
import pulumi
from infra_kit.testing import record

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args): return args.name, args.inputs
    def call(self, args): return {}

class Thing(pulumi.CustomResource):
    def __init__(self, name): super().__init__("shop:index:Thing", name, {})

record(lambda: Thing("one"))
pulumi.runtime.set_mocks(Mocks())

@pulumi.runtime.test
def check(): return Thing("two").id.apply(print)

check()
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.returncode) == ("two\n", 0), answer.stderr

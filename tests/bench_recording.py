"""What recording costs: a production stack on aws, beside the same resources written by hand against Pulumi's mocks,
and all phases of the products in stacks/.

The program by hand is the recording made again: each resource by its SDK class with plain inputs, and an Output of
what it depends on wherever the recorded one had one. `make bench` prints both, and fails beyond the bounds.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import inspect
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockEngine, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.settings import Settings, configure
from pulumi.runtime.stack import run_in_stack
from rich.console import Console
from rich.table import Table

from infra_kit import Cdn, Consumer, EventBus, Network, ObjectStore, Pooling, Postgres, Redis, Stream
from infra_kit.recording import sdk
from infra_kit.testing import Recording, Resource, record
from tests.planned_phases import SYSTEMS, described, planned

ROUNDS = 5
MANY = 10
MOST_OF_BY_HAND = 1.15
MOST_OF_MANY = 15
MOST_SECONDS = 60
"""The bounds; that of all phases in CPU time."""
CONFIG = {
    "infra-kit:target": "aws", "infra-kit:environment": "production", "infra-kit:region": "eu-central-1",
    "infra-kit:app": "shop",
}  # fmt: skip


def stack(mark: str = "") -> None:
    """All six components, with what a product asks for."""
    network = Network(f"net{mark}")
    Postgres(f"db{mark}", memory_gb=4, cpu=2, read_replicas=1, pooling=Pooling(), network=network)
    Redis(f"cache{mark}", memory_gb=1, replicas=1, high_availability=True, network=network)
    Cdn(f"edge{mark}", routes={"/*": ObjectStore(f"files{mark}", versioning=True)})
    streams = {"LEADS": Stream(subjects=["lead.*"])}
    EventBus(f"bus{mark}", engine="native", streams=streams, consumers={"scoring": Consumer(stream="LEADS")})


def stacks() -> None:
    for number in range(MANY):
        stack(f"-{number}")


def main() -> None:
    once = record(stack, config=CONFIG)  # also warms: the SDK's modules are imported now
    pairs = [(timed(lambda: record(stack, config=CONFIG)), timed(lambda: by_hand(once))) for _ in range(ROUNDS)]
    ours, hand = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    many = timed(lambda: record(stacks, config=CONFIG))
    phases = [(system, phase) for system in SYSTEMS for phase in described(system)]
    seconds = timed(lambda: [planned(*each) for each in phases])
    table = Table("what", "figure", title=f"recording, median of {ROUNDS} rounds", title_justify="left")
    table.add_row(f"a production stack on aws, {len(once.resources)} resources", f"{ours * 1000:.0f} ms")
    table.add_row("the same resources by hand against raw mocks", f"{hand * 1000:.0f} ms")
    table.add_row(f"ratio (at most {MOST_OF_BY_HAND})", f"{ours / hand:.2f}")
    table.add_row(f"{MANY} such stacks in one program, over one (at most {MOST_OF_MANY})", f"{many / ours:.1f}")
    table.add_row(f"all {len(phases)} phases of all systems, once (at most {MOST_SECONDS})", f"{seconds:.0f} s")
    Console(width=100).print(table)
    sys.exit(ours / hand > MOST_OF_BY_HAND or many / ours > MOST_OF_MANY or seconds > MOST_SECONDS)


class Plain(Mocks):
    """Answers with the inputs, as the first example in Pulumi's documentation does."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return dict(args.args), None


def by_hand(recording: Recording) -> None:
    with ThreadPoolExecutor(max_workers=1) as own:
        own.submit(contextvars.Context().run, _run_by_hand, recording).result()


def _run_by_hand(recording: Recording) -> None:
    monitor = MockMonitor(Plain())
    configure(Settings(project="test", stack="test", monitor=monitor, engine=MockEngine(None), organization="test"))
    asyncio.run(run_in_stack(lambda: _make_all(recording)))


def _make_all(recording: Recording) -> None:
    made: dict[str, pulumi.Resource] = {}
    waiting = made_by_hand(recording)
    needed = needs(waiting)
    while waiting:
        ready = [each for each in waiting if needed[each.urn] <= made.keys()]
        for each in ready:
            made[each.urn] = _make(each, made)
        waiting = [each for each in waiting if each.urn not in made]


def made_by_hand(recording: Recording) -> list[Resource]:
    """All but the explicit provider: under mocks the ambient one does as well."""
    return [each for each in recording.resources if not each.type.startswith("pulumi:providers:")]


def needs(resources: Sequence[Resource]) -> dict[str, set[str]]:
    known = {each.urn for each in resources}
    return {each.urn: {*each.options.depends_on, each.parent or ""} & known for each in resources}


def _make(resource: Resource, made: Mapping[str, pulumi.Resource]) -> pulumi.Resource:
    opts = pulumi.ResourceOptions(parent=made.get(resource.parent or ""), protect=resource.options.protect)
    if not resource.request.custom:
        return pulumi.ComponentResource(resource.type, resource.name, None, opts)
    kind, arguments = sdk.classes(resource.type)
    names = sdk.inputs(resource.type)
    given = {names[key]: _input(resource, key, made) for key in resource.inputs}
    # What only a cloud knows is not in a recording, and the classes insist on it.
    required = [each.name for each in inspect.signature(arguments).parameters.values() if each.default is each.empty]
    return kind(resource.name, opts=opts, **{**dict.fromkeys(required, "known later"), **given})


def _input(resource: Resource, key: str, made: Mapping[str, pulumi.Resource]) -> Any:
    value = resource.inputs[key]
    needed = resource.request.propertyDependencies[key].urns if key in resource.request.propertyDependencies else ()
    sources = [made[urn] for urn in needed if urn in made]
    wrapped = sources[0].urn.apply(lambda _: value) if sources else value
    return pulumi.Output.secret(wrapped) if key in resource.secret_inputs else wrapped


def timed(action: Callable[[], object]) -> float:
    """CPU seconds; without the collector, as `timeit` measures: when that runs hangs on what ran before."""
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        action()
        return time.process_time() - began
    finally:
        gc.enable()


if __name__ == "__main__":
    main()

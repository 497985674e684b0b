"""Transforms are run as Pulumi's engine runs them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pulumi
import pulumi.runtime
import pytest
from pulumi import ResourceTransformArgs as Args
from pulumi import ResourceTransformResult as Result

from infra_kit import Redis
from infra_kit.recording.transforms import TransformError
from infra_kit.testing import record
from tests.unit.recording.things import Parent, Thing


def size(args: Args) -> int:
    return int(cast(int, args.props.get("size", 0)))


def bigger(args: Args) -> Result:
    return Result({**args.props, "size": size(args) + 1}, args.opts)


def doubled(args: Args) -> Result:
    return Result({**args.props, "size": size(args) * 2}, args.opts)


def test_a_resources_own_transform_changes_its_inputs_and_what_it_answers() -> None:
    def program() -> None:
        pulumi.export("size", Thing("one", pulumi.ResourceOptions(transforms=[bigger]), size=3).size)

    recording = record(program)
    assert recording.named("one").inputs["size"] == 4
    assert recording.exports == {"size": 4}


def test_a_transform_that_says_nothing_changes_nothing() -> None:
    options = pulumi.ResourceOptions(transforms=[lambda _: None], protect=True, aliases=[pulumi.Alias(name="old")])
    changed = record(lambda: Thing("one", options, size=3)).named("one")
    assert changed.inputs["size"] == 3
    assert changed.options.protect
    assert changed.options.aliases == ("old",)


def test_a_resources_own_come_before_its_parents_and_those_before_the_stacks() -> None:
    def program() -> None:
        pulumi.runtime.register_resource_transform(bigger)
        above = Parent("above", pulumi.ResourceOptions(transforms=[doubled]))
        Thing("one", pulumi.ResourceOptions(parent=above, transforms=[bigger]), size=3)

    assert record(program).named("one").inputs["size"] == (3 + 1) * 2 + 1


def test_a_transform_of_a_component_reaches_every_child_and_sees_what_it_is() -> None:
    seen: list[tuple[str, bool]] = []

    def look(args: Args) -> None:
        seen.append((args.name, args.custom))

    options = pulumi.ResourceOptions(transforms=[look])
    record(lambda: Redis("cache", replicas=1, opts=options), config={"infra-kit:target": "local"})
    assert sorted(seen) == [("cache", False), ("cache-replica-1", True), ("cache-server", True)]


def test_options_are_changed_too() -> None:
    def careful(args: Args) -> Result:
        more = pulumi.ResourceOptions(
            protect=True, retain_on_delete=True, ignore_changes=["size"], aliases=[pulumi.Alias(name="old")]
        )
        return Result(args.props, pulumi.ResourceOptions.merge(args.opts, more))

    options = record(lambda: Thing("one", pulumi.ResourceOptions(transforms=[careful]))).named("one").options
    assert options.protect
    assert options.retain_on_delete
    assert options.ignore_changes == ("size",)
    assert options.aliases == ("old",)


def test_options_that_are_taken_away_are_gone() -> None:
    def open_(args: Args) -> Result:
        args.opts.ignore_changes = None
        args.opts.protect = False
        return Result(args.props, args.opts)

    asked = pulumi.ResourceOptions(protect=True, ignore_changes=["size"], transforms=[open_])
    options = record(lambda: Thing("one", asked)).named("one").options
    assert not options.protect
    assert options.ignore_changes == ()


def test_a_secret_stays_secret_and_an_output_is_awaited() -> None:
    def hide(args: Args) -> Result:
        return Result({**args.props, "key": pulumi.Output.secret("k"), "size": pulumi.Output.from_input(7)}, args.opts)

    thing = record(lambda: Thing("one", pulumi.ResourceOptions(transforms=[hide]), size=3)).named("one")
    assert thing.inputs == {"key": "k", "size": 7}
    assert thing.secret_inputs == {"key"}


def test_a_transform_that_fails_fails_the_recording_with_its_own_words() -> None:
    def broken(_: Args) -> None:
        raise LookupError("no such size")

    with pytest.raises(TransformError, match="no such size"):
        record(lambda: Thing("one", pulumi.ResourceOptions(transforms=[broken])))


def test_a_transform_of_the_stacks_calls_changes_what_is_asked() -> None:
    def elsewhere(args: pulumi.InvokeTransformArgs) -> pulumi.InvokeTransformResult:
        return pulumi.InvokeTransformResult({**args.args, "place": "moon"}, args.opts)

    def program() -> None:
        pulumi.runtime.register_invoke_transform(elsewhere)
        pulumi.export("answer", pulumi.runtime.invoke_output("shop:index:ask", {"place": "here"}))

    def answer(inputs: Any) -> dict[str, Any]:
        return {"place": inputs["place"]}

    assert record(program, calls={"shop:index:ask": answer}).exports == {"answer": {"place": "moon"}}


def test_recordings_side_by_side_run_each_its_own() -> None:
    def made(of: int) -> int:
        def grow(args: Args) -> Result:
            return Result({**args.props, "size": of}, args.opts)

        recording = record(lambda: [Thing(f"t{n}", pulumi.ResourceOptions(transforms=[grow])) for n in range(5)])
        (same,) = {thing.inputs["size"] for thing in recording.resources}
        return int(same)

    with ThreadPoolExecutor(max_workers=4) as threads:
        assert list(threads.map(made, range(12))) == list(range(12))

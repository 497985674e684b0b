"""What the tests replace in Pulumi's SDK says what the SDK says."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

from infra_kit.testing import Recording, record
from tests import lean_sdk
from tests.bench_recording import CONFIG, stack
from tests.unit.recording.things import Thing


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Gives the SDK its own functions back."""

    def restore() -> None:
        for (module, name), function in lean_sdk.OWN.items():
            monkeypatch.setattr(module, name, function)

    return restore


def said(recording: Recording) -> Recording:
    """All of it but the requests: some lists in them are of no order, and where in a program each was made."""
    resources = tuple(dataclasses.replace(each, request=RegisterResourceRequest()) for each in recording.resources)
    return dataclasses.replace(recording, resources=resources, components=())


def test_a_production_stack_is_recorded_as_with_the_sdks_own_functions(own: Callable[[], None]) -> None:
    lean = record(stack, config=CONFIG)
    own()
    sdks = record(stack, config=CONFIG)
    assert all(resource.request.stackTrace.frames for resource in sdks.resources)
    assert said(lean) == said(sdks)


@pytest.mark.parametrize("lean", [True, False])
def test_what_an_output_is_made_of_is_known(own: Callable[[], None], lean: bool) -> None:
    if not lean:
        own()
    found: list[Any] = []

    async def program() -> None:
        first = Thing("first", size=3)
        second = Thing("second", size=pulumi.Output.secret(first.size))
        for output in (second.size, second.urn):
            names = {needed._name for needed in await output.resources()}
            found.append((await output.future(), await output.is_secret(), names))

    record(program)
    assert [known[1:] for known in found] == [(True, {"second"}), (False, {"second"})]
    assert found[0][0] == 3


@pytest.mark.parametrize("lean", [True, False])
def test_a_resource_that_fails_fails_whatever_waits_for_it(own: Callable[[], None], lean: bool) -> None:
    if not lean:
        own()

    def refuse(_: object) -> dict[str, object]:
        raise LookupError("no such thing")

    seen: list[BaseException] = []

    async def program() -> None:
        try:
            await Thing("it", size=1).size.future()
        except LookupError as error:
            seen.append(error)

    with pytest.raises(LookupError, match="no such thing"):
        record(program, outputs={"shop:index:Thing": refuse})
    assert [str(error) for error in seen] == ["no such thing"]


@pytest.mark.parametrize("value", [UNKNOWN, [1, {"a": [UNKNOWN]}], {"a": {"b": UNKNOWN}}, {"a": [1, "b"]}, "c", None])
def test_what_is_unknown_is_found_wherever_it_is(value: object) -> None:
    names = [key for key in lean_sdk.OWN if key[1] == "contains_unknowns"]
    assert [lean_sdk.LEAN[name](value) for name in names] == [lean_sdk.OWN[name](value) for name in names]


def test_a_key_may_be_named_as_a_method_of_its_dict() -> None:
    class Filter(dict[str, object]):
        values = property(lambda self: self["values"])

    assert not pulumi.contains_unknowns(Filter(values=[1]))
    assert pulumi.contains_unknowns(Filter(values=[UNKNOWN]))


def test_a_value_that_holds_itself_has_an_end() -> None:
    ring: list[object] = []
    ring.append(ring)
    assert not pulumi.contains_unknowns(ring)

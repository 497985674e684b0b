import asyncio
from collections.abc import Callable

import pulumi
import pytest

from infra_kit import Redis
from infra_kit.testing import RecordingError, record
from tests.unit.recording.things import Parent, Thing


def fail(_: object) -> None:
    raise LookupError("failed inside")


def test_a_resource_is_recorded_with_its_plain_inputs() -> None:
    thing = record(lambda: Thing("one", size=3, tags={"a": ["b", 0.5, True, None]})).named("one")
    assert thing.type == "shop:index:Thing"
    assert thing.inputs["size"] == 3
    assert isinstance(thing.inputs["size"], int)
    assert thing.inputs["tags"] == {"a": ["b", 0.5, True, None]}
    assert thing.parent is None


def test_a_secret_input_is_shown_in_clear_and_known_as_secret() -> None:
    thing = record(lambda: Thing("one", size=3, login={"password": pulumi.Output.secret("x")})).named("one")
    assert thing.inputs["login"] == {"password": "x"}
    assert thing.secret_inputs == {"login"}


def test_what_is_secret_as_input_is_secret_as_output() -> None:
    def program() -> None:
        pulumi.export("size", Thing("one", size=pulumi.Output.secret(3)).size)

    recording = record(program)
    assert recording.exports == {"size": 3}
    assert recording.secret_exports == {"size"}


def test_additional_secret_outputs_are_secret() -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(additional_secret_outputs=["key"])
        thing = Thing("one", opts)
        pulumi.export("key", thing.key)
        pulumi.export("address", thing.address)

    recording = record(program, outputs={"shop:index:Thing": {"key": "k", "address": "a"}})
    assert recording.exports == {"key": "k", "address": "a"}
    assert recording.secret_exports == {"key"}


def test_an_input_that_is_a_secret_output_too_keeps_its_value() -> None:
    opts = pulumi.ResourceOptions(additional_secret_outputs=["size"])
    thing = record(lambda: Thing("one", opts, size=pulumi.Output.secret(3))).named("one")
    assert thing.outputs["size"] == 3
    assert "size" in thing.secret_outputs


def test_outputs_may_be_a_function_of_the_inputs() -> None:
    def program() -> None:
        pulumi.export("address", Thing("one", size=3).address)

    recording = record(program, outputs={"shop:index:Thing": lambda inputs: {"address": f"at-{inputs['size']}"}})
    assert recording.exports == {"address": "at-3"}


OTHER = "pulumi:pulumi:StackReference"


def reading() -> None:
    pulumi.export("address", pulumi.StackReference("acme/shop/production").require_output("address"))


def test_what_another_stack_exports_is_what_the_test_says() -> None:
    told = {"outputs": {"address": "shop.example"}, "secretOutputNames": ["address"]}
    recording = record(reading, outputs={OTHER: told})
    assert recording.exports == {"address": "shop.example"}
    assert recording.secret_exports == {"address"}
    assert recording.resources == ()


def test_another_stack_of_which_the_test_says_nothing_is_named() -> None:
    with pytest.raises(RecordingError, match=r"reads the stack 'acme/shop/production'.*outputs=\{"):
        record(reading)


def test_options_are_recorded_the_inherited_ones_too() -> None:
    def program() -> None:
        parent = Parent("all", pulumi.ResourceOptions(protect=True))
        first = Thing("first", pulumi.ResourceOptions(parent=parent))
        Thing(
            "second",
            pulumi.ResourceOptions(
                parent=parent,
                depends_on=[first],
                aliases=[pulumi.Alias(name="old")],
                ignore_changes=["size"],
                replace_on_changes=["address"],
                retain_on_delete=True,
            ),
        )

    recording = record(program)
    options = recording.named("second").options
    assert options.protect
    assert options.retain_on_delete
    assert options.ignore_changes == ("size",)
    assert options.replace_on_changes == ("address",)
    assert any("old" in alias for alias in options.aliases)
    assert options.depends_on == {recording.named("first").urn}
    assert not recording.named("first").options.retain_on_delete


def test_an_output_that_goes_into_another_resource_makes_it_depend() -> None:
    def program() -> None:
        Thing("second", size=Thing("first", size=1).size)

    recording = record(program)
    assert recording.named("second").inputs["size"] == 1
    assert recording.named("second").options.depends_on == {recording.named("first").urn}


def test_an_explicit_provider_is_recorded() -> None:
    class Moon(pulumi.ProviderResource):
        def __init__(self) -> None:
            super().__init__("shop", "moon", {})

    recording = record(lambda: Thing("one", pulumi.ResourceOptions(provider=Moon())))
    assert recording.named("one").options.provider == f"{recording.named('moon').urn}::moon-id"


def test_children_are_those_right_below() -> None:
    def program() -> None:
        inner = Parent("inner", pulumi.ResourceOptions(parent=Parent("outer")))
        Thing("leaf", pulumi.ResourceOptions(parent=inner))

    recording = record(program)
    assert [child.name for child in recording.children("outer")] == ["inner"]
    assert [child.name for child in recording.children("inner")] == ["leaf"]


def test_urns_name_all_types_above_as_the_engine_does() -> None:
    def program() -> None:
        inner = Parent("inner", pulumi.ResourceOptions(parent=Parent("outer")))
        Thing("leaf", pulumi.ResourceOptions(parent=inner))

    urn = "urn:pulumi:s::p::shop:index:Parent$shop:index:Parent$shop:index:Thing::leaf"
    assert record(program, stack="s", project="p").named("leaf").urn == urn


def test_what_a_component_registers_is_its_outputs() -> None:
    def program() -> None:
        Parent("all").register_outputs({"url": pulumi.Output.secret("u"), "port": 1})

    parent = record(program).named("all")
    assert parent.outputs == {"url": "u", "port": 1}
    assert parent.secret_outputs == {"url"}


@pytest.mark.parametrize("number", [0, 2])
def test_named_wants_exactly_one_and_says_what_there_is(number: int) -> None:
    recording = record(lambda: (Thing("one"), Parent("one"), Parent("two")))
    with pytest.raises(LookupError, match=rf"{number} resources .*one \(shop:index:Thing\)"):
        recording.named({0: "three", 2: "one"}[number])


def test_of_type_finds_by_token() -> None:
    recording = record(lambda: (Thing("one"), Parent("two")))
    assert [resource.name for resource in recording.of_type("shop:index:Parent")] == ["two"]


def program_that_fails() -> None:
    fail(None)


def apply_that_nobody_awaits() -> None:
    Thing("one", size=1).size.apply(fail)


def apply_inside_an_apply() -> None:
    def inner(_: object) -> None:
        Thing("two", size=2).size.apply(fail)

    Thing("one", size=1).size.apply(inner)


def apply_of_an_input() -> None:
    Thing("one", size=Thing("two", size=2).size.apply(fail))


def apply_of_an_export() -> None:
    pulumi.export("broken", Thing("two", size=2).size.apply(fail))


def task_that_nobody_awaits() -> None:
    async def fail_at_once() -> None:
        fail(None)

    asyncio.get_running_loop().create_task(fail_at_once())


async def coroutine_that_fails() -> None:
    await asyncio.to_thread(fail, None)


@pytest.mark.parametrize(
    "program",
    [
        program_that_fails,
        apply_that_nobody_awaits,
        apply_inside_an_apply,
        apply_of_an_input,
        apply_of_an_export,
        coroutine_that_fails,
        task_that_nobody_awaits,
    ],
)
def test_what_fails_in_a_program_is_raised_wherever_it_fails(program: Callable[[], object]) -> None:
    with pytest.raises(LookupError, match="failed inside"):
        record(program)


def test_a_resource_made_in_an_apply_is_recorded() -> None:
    assert record(lambda: Thing("one", size=1).size.apply(lambda _: Thing("two") and None)).named("two")


def test_two_resources_with_one_urn_are_refused() -> None:
    with pytest.raises(RecordingError, match=r"two resources .*shop:index:Thing::one"):
        record(lambda: (Thing("one"), Thing("one")))


def test_a_call_is_answered_from_the_table() -> None:
    def program() -> None:
        answer = pulumi.runtime.invoke_output("shop:index:getPrice", {"of": "tea"})
        pulumi.export("price", answer["price"])

    calls = {"shop:index:getPrice": lambda inputs: {"price": len(inputs["of"])}}
    assert record(program, calls=calls).exports == {"price": 3}


def test_a_call_without_an_answer_is_refused_with_the_way_out() -> None:
    with pytest.raises(RecordingError, match=r'shop:index:getPrice.*calls=\{"shop:index:getPrice"'):
        record(lambda: pulumi.runtime.invoke("shop:index:getPrice", {}))


def test_a_component_that_is_handed_over_as_an_input_is_its_urn() -> None:
    recording = record(lambda: Thing("one", of=Parent("all")))
    assert recording.named("one").inputs["of"] == recording.named("all").urn


def test_what_a_program_only_reads_is_answered_and_not_recorded() -> None:
    def program() -> None:
        pulumi.export("address", Thing("there", pulumi.ResourceOptions(id="thing-1"), address="a").address)

    recording = record(program)
    assert recording.exports == {"address": "a"}
    assert recording.resources == ()


def test_configuration_reaches_the_program() -> None:
    def program() -> None:
        config = pulumi.Config()
        pulumi.export("size", config.require_int("size"))
        pulumi.export("tags", pulumi.Config("other").require_object("tags"))
        pulumi.export("key", config.require_secret("key"))

    recording = record(program, config={"size": 3, "other:tags": {"a": 1}, "key": "k"}, secrets=["key"])
    assert recording.exports == {"size": 3, "tags": {"a": 1}, "key": "k"}
    assert recording.secret_exports == {"key"}


def test_warnings_are_kept_and_other_lines_are_not() -> None:
    def program() -> None:
        pulumi.log.info("fine")
        pulumi.log.warn("careful", Thing("one"))

    assert record(program).warnings == ("careful",)


def test_gaps_accepted_for_a_component_that_is_not_made_are_said() -> None:
    gaps = {"cache": ["persistence"], "cahce": ["persistence"], "cache-server": ["version"]}
    recording = record(lambda: Redis("cache"), config={"infra-kit:accepted-gaps": gaps})
    assert recording.warnings == tuple(
        f"infra-kit:accepted-gaps: {name}: this program makes no component of that name, so nothing was accepted."
        for name in ("cache-server", "cahce")
    )


def test_a_program_without_components_is_told_nothing_of_gaps() -> None:
    assert record(lambda: pulumi.export("a", 1), config={"infra-kit:accepted-gaps": "none"}).warnings == ()

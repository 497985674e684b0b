"""Our table beside the engine's own preview."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pulumi
import pytest
from pulumi_aws import rds

from infra_kit.engine.operations import Step
from infra_kit.planning import saved
from infra_kit.planning.changes import Fate, between
from infra_kit.planning.preview import disagreements
from infra_kit.planning.saved import Saved
from infra_kit.planning.transition import Transition
from infra_kit.testing import record

URN = "urn:pulumi:test::test::aws:rds/instance:Instance::raw"


def step(op: str, *keys: str, name: str = "raw", retained: bool = False) -> Step:
    return Step(
        urn=URN.replace("::raw", f"::{name}"), type="aws:rds/instance:Instance", op=op, replace_keys=keys,
        inputs={"engine": "postgres"}, retained=retained,
    )  # fmt: skip


def change(**arguments: Any) -> Transition:
    def program(**given: Any) -> Callable[[], object]:
        return lambda: rds.Instance("raw", **{"instance_class": "db.t4g.micro", **given})

    old, new = ([saved.resource(it, "") for it in record(one).resources] for one in (program(), program(**arguments)))
    nothing = Decimal(0)
    return Transition("old", "new", "", between(old, new), (), nothing, nothing, (0, 0), "USD", (), ())


def test_where_both_say_the_same_there_is_nothing_to_tell() -> None:
    assert disagreements(change(db_name="x"), [step("replace", "dbName"), step("delete-replaced", "dbName")]) == []
    assert disagreements(change(instance_class="db.m7g.large"), [step("update")]) == []


def test_a_replacement_that_only_the_engine_knows_is_told_with_its_keys() -> None:
    [said] = disagreements(change(instance_class="db.m7g.large"), [step("create-replacement", "instanceClass")])
    assert said.startswith("raw (aws:rds/instance:Instance): the engine replaces it (instanceClass)")


def test_a_replacements_keys_are_told_whichever_of_its_steps_has_them() -> None:
    steps = [step("create-replacement", "instanceClass"), step("delete-replaced")]
    for each in (steps, steps[::-1]):
        [said] = disagreements(change(instance_class="db.m7g.large"), each)
        assert "(instanceClass)" in said


def test_a_replacement_that_only_our_table_knows_is_told() -> None:
    [said] = disagreements(change(db_name="x"), [step("update")])
    assert "our table says that dbName replaces it" in said


def test_what_holds_no_data_is_no_matter() -> None:
    other = Step(urn=URN.replace("Instance::raw", "Other::raw"), type="aws:rds/other:Other", op="replace")
    assert disagreements(change(db_name="x"), [step("replace", "dbName"), other]) == []


@pytest.mark.parametrize(("retained", "does"), [(False, "deletes it"), (True, "lets go of it")])
def test_what_goes_by_the_engine_and_stays_by_our_table_is_told(retained: bool, does: str) -> None:
    for found in (change(), change(instance_class="db.m7g.large"), change(db_name="x")):
        [said] = disagreements(found, [step("delete", retained=retained)])
        assert said == f"raw (aws:rds/instance:Instance): the engine {does}; our table does not know that."


@pytest.mark.parametrize("op", ["delete", "replace"])
def test_what_only_the_state_knows_and_the_engine_ends_is_told(op: str) -> None:
    said = disagreements(change(), [step("same"), step("same", name="kept"), step(op, name="gone")])
    assert [each.partition(";")[0].partition(" (")[0] for each in said] == ["gone"]


def test_what_goes_by_our_table_and_stays_by_the_engine_is_told() -> None:
    gone = replace(change(), changes=tuple(replace(it, fate=Fate.DELETED) for it in change().changes))
    assert disagreements(gone, [step("delete")]) == []
    [said] = disagreements(gone, [step("same")])
    assert said.endswith("our table says that it is deleted; the engine does not.")


def test_what_the_engine_has_previewed_nothing_of_is_told() -> None:
    [said] = disagreements(change(), [])
    assert said == "raw (aws:rds/instance:Instance): the engine has previewed nothing of it."


def test_what_has_another_name_by_now_is_the_same_to_both() -> None:
    def named(name: str, *before: str) -> Saved:
        opts = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=it) for it in before])
        [made] = record(lambda: rds.Instance(name, instance_class="db.t4g.micro", opts=opts)).resources
        return saved.resource(made, "")

    found = replace(change(), changes=between([named("raw")], [named("new", "raw")]))
    assert disagreements(found, [step("update", name="new")]) == []
    [said] = disagreements(found, [step("replace", "identifier", name="new")])
    assert said.startswith("new (aws:rds/instance:Instance): the engine replaces it (identifier)")

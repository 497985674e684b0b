"""Our table beside the engine's own preview."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pulumi_aws import rds

from infra_kit.engine.operations import Step
from infra_kit.planning import saved
from infra_kit.planning.changes import between
from infra_kit.planning.preview import disagreements
from infra_kit.planning.transition import Transition
from infra_kit.testing import record

URN = "urn:pulumi:test::test::aws:rds/instance:Instance::raw"


def step(op: str, *keys: str) -> Step:
    return Step(urn=URN, type="aws:rds/instance:Instance", op=op, replace_keys=keys, inputs={"engine": "postgres"})


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
    assert disagreements(change(db_name="x"), [other]) == []

"""A plan that was kept: as good as the plan itself, without its secrets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra_kit.errors import PlanningError
from infra_kit.planning import saved
from infra_kit.planning.changes import Change, Fate
from infra_kit.planning.programs import Planned, plan
from infra_kit.planning.transition import Transition, transition
from infra_kit.recording import root
from tests.unit.planning.conftest import MakeProject
from tests.unit.planning.test_transition import AWS, GONE, SHOP, moves


@pytest.fixture
def shop(make_project: MakeProject) -> Callable[..., Planned]:
    project = make_project(SHOP, production=AWS)
    return lambda *settings: plan(project, "production", settings)


def test_a_saved_plan_is_as_good_as_the_plan_itself(shop: Callable[..., Planned], tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    saved.write(shop(), file)
    again = transition(saved.read(file), shop())
    assert again.moves == ()
    assert again.unpriced[0] == again.unpriced[1]
    assert {change.fate for change in again.changes} == {"kept"}
    assert moves(transition(saved.read(file), shop("shop:db=none"))) == GONE


def test_a_plan_of_this_machine_that_was_saved_by_another_run_is_the_same(
    make_project: MakeProject, tmp_path: Path
) -> None:
    """A run records in a folder of its own, which is gone when it ends: it must not be in the file."""
    program = "from infra_kit import Postgres, Redis\nPostgres('db')\nRedis('cache')\n"
    project = make_project(program, dev="config: {infra-kit:target: local, infra-kit:environment: development}")
    file = tmp_path / "plan.json"
    saved.write(plan(project, "dev"), file)
    root.cache_clear()
    found = transition(saved.read(file), plan(project, "dev"))
    assert {change.fate for change in found.changes} == {"kept"}
    assert "infra-kit-recording-" not in file.read_text()


def test_a_saved_plan_holds_no_secret(make_project: MakeProject, tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_random
        pulumi_random.RandomPassword("key", length=20, keepers={"of": pulumi.Output.secret("hunter2")})
    """
    planned = plan(make_project(program, production=AWS), "production")
    saved.write(planned, tmp_path / "plan.json")
    assert planned.recording.named("key").inputs["keepers"] == {"of": "hunter2"}
    assert "hunter2" not in (tmp_path / "plan.json").read_text()


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}', "[1]"])
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(PlanningError, match=r"plan\.json"):
        saved.read(tmp_path / "plan.json")


def test_a_file_that_is_not_there_is_told_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(PlanningError, match="infra-kit plan --save"):
        saved.read(tmp_path / "none.json")


def test_a_change_beside_a_secret_is_seen(make_project: MakeProject, tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_docker
        level = pulumi.Config().require("level")
        secret = pulumi.Output.secret("hunter2")
        pulumi_docker.Container("app", image="app", envs=[f"LOG_LEVEL={level}", pulumi.Output.concat("KEY=", secret)])
    """
    project = make_project(program, dev="config: {infra-kit:target: local, 'shop:level': info}")
    saved.write(plan(project, "dev"), tmp_path / "plan.json")
    assert "hunter2" not in (tmp_path / "plan.json").read_text()
    found = transition(saved.read(tmp_path / "plan.json"), plan(project, "dev", ["shop:level=debug"]))
    assert {change.resource.name: change.keys for change in found.changes} == {"app": ("envs",)}


HIDDEN_NAME = """
    import pulumi
    from pulumi_aws import rds
    config = pulumi.Config()
    rds.Instance(
        "raw", instance_class="db.t4g.micro", username=pulumi.Output.secret(config.require("user")),
        password=pulumi.Output.secret(config.require("password")),
    )
"""
ONE = "config: {infra-kit:target: local, 'shop:user': hunter2, 'shop:password': one}"


def raw(found: Transition) -> Change:
    return next(change for change in found.changes if change.resource.name == "raw")


def test_a_secret_that_is_another_one_is_a_change_and_stays_hidden(make_project: MakeProject) -> None:
    project = make_project(HIDDEN_NAME, dev=ONE)
    found = raw(transition(plan(project, "dev"), plan(project, "dev", ["shop:user=hunter3"])))
    assert (found.fate, tuple(found.forcing), found.told) == (
        Fate.REPLACED, ("username",), ("username: [secret] → [secret]",)
    )  # fmt: skip
    assert found.loses_data
    assert "hunter" not in repr(found)
    other = raw(transition(plan(project, "dev"), plan(project, "dev", ["shop:password=two"])))
    assert (other.fate, other.keys) == (Fate.CHANGED, ("password",))
    same = raw(transition(plan(project, "dev"), plan(project, "dev", ["shop:user=hunter2"])))
    assert same.fate is Fate.KEPT


def test_of_a_plan_that_was_saved_nobody_knows_whether_a_secret_that_replaces_what_holds_data_is_the_same(
    make_project: MakeProject, tmp_path: Path
) -> None:
    """A password, which is changed in place, is left out: each stack has some, and all would be told of each time."""
    project = make_project(HIDDEN_NAME, dev=ONE)
    saved.write(plan(project, "dev"), tmp_path / "plan.json")
    assert json.loads((tmp_path / "plan.json").read_text())["resources"][-1]["inputs"]["username"] == "[secret]"
    found = raw(transition(saved.read(tmp_path / "plan.json"), plan(project, "dev")))
    assert (found.fate, found.keys, found.told) == (
        Fate.UNSURE, ("username",), ("username: [secret] → [secret]",)
    )  # fmt: skip


def test_a_part_of_an_input_that_is_hidden_is_compared_and_may_be_ignored(make_project: MakeProject) -> None:
    program = """
        import pulumi
        from pulumi_aws import rds
        of = pulumi.Output.secret(pulumi.Config().require("of"))
        ignoring = pulumi.ResourceOptions(ignore_changes=["tags.of"])
        rds.Instance("raw", instance_class="db.t4g.micro", tags={"of": of})
        rds.Instance("left", instance_class="db.t4g.micro", tags={"of": of}, opts=ignoring)
    """
    project = make_project(program, dev="config: {infra-kit:target: local, 'shop:of': one}")
    found = transition(plan(project, "dev"), plan(project, "dev", ["shop:of=two"]))
    told = {change.resource.name: change.told for change in found.changes}
    assert told == {"raw": ("tags.of: [secret] → [secret]",), "left": ()}
